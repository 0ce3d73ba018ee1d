import { finiteOrNull, numberAt } from './accumulator.ts'
import type { Accumulator } from './accumulator.ts'

/** Slots: number of values, sum. */
const totalling: Omit<Accumulator, 'result'> = {
  isNumeric: true,
  initial: [0, 0],
  add: (slots, at, value) => {
    slots[at] = numberAt(slots, at) + 1
    slots[at + 1] = numberAt(slots, at + 1) + (value as number) // isNumeric
  },
  merge: (slots, at, from, fromAt) => {
    slots[at] = numberAt(slots, at) + numberAt(from, fromAt)
    slots[at + 1] = numberAt(slots, at + 1) + numberAt(from, fromAt + 1)
  },
}

export const sum: Accumulator = {
  ...totalling,
  result: (slots, at) => (slots[at] === 0 ? null : finiteOrNull(numberAt(slots, at + 1))),
}

export const average: Accumulator = {
  ...totalling,
  result: (slots, at) =>
    slots[at] === 0 ? null : finiteOrNull(numberAt(slots, at + 1) / numberAt(slots, at)),
}
