import { finiteOrNull, numberAt } from './accumulator.ts'
import type { Accumulator, Slots } from './accumulator.ts'

/** Slots: time and value of the first, time and value of the last. */
const changing: Omit<Accumulator, 'result'> = {
  isNumeric: true,
  initial: [Infinity, 0, -Infinity, 0],
  add: (slots, at, value, time) => {
    takeFirst(slots, at, value as number, time) // isNumeric
    takeLast(slots, at, value as number, time)
  },
  merge: (slots, at, from, fromAt) => {
    takeFirst(slots, at, numberAt(from, fromAt + 1), numberAt(from, fromAt))
    takeLast(slots, at, numberAt(from, fromAt + 3), numberAt(from, fromAt + 2))
  },
}

/** Last value less the first, by time. */
export const delta: Accumulator = {
  ...changing,
  result: (slots, at) =>
    slots[at] === Infinity ? null : finiteOrNull(numberAt(slots, at + 3) - numberAt(slots, at + 1)),
}

/** The same for each second between the two; null where no time lies between them. */
export const rate: Accumulator = {
  ...changing,
  result: (slots, at) => {
    const stretchMs = numberAt(slots, at + 2) - numberAt(slots, at)
    if (!(stretchMs > 0)) return null
    return finiteOrNull(((numberAt(slots, at + 3) - numberAt(slots, at + 1)) * 1000) / stretchMs)
  },
}

function takeFirst(slots: Slots, at: number, value: number, time: number): void {
  if (time >= numberAt(slots, at)) return
  slots[at] = time
  slots[at + 1] = value
}

function takeLast(slots: Slots, at: number, value: number, time: number): void {
  if (time < numberAt(slots, at + 2) || time === -Infinity) return
  slots[at + 2] = time
  slots[at + 3] = value
}
