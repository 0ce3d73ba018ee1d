import { numberAt } from './accumulator.ts'
import type { Accumulator } from './accumulator.ts'

export const count: Accumulator = {
  isNumeric: false,
  initial: [0],
  add: (slots, at) => {
    slots[at] = numberAt(slots, at) + 1
  },
  merge: (slots, at, from, fromAt) => {
    slots[at] = numberAt(slots, at) + numberAt(from, fromAt)
  },
  result: (slots, at) => slots[at],
}
