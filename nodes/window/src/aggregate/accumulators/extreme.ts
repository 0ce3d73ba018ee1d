import { finiteOrNull, numberAt } from './accumulator.ts'
import type { Accumulator } from './accumulator.ts'

export const minimum = extreme(Infinity, (one, other) => one < other)
export const maximum = extreme(-Infinity, (one, other) => one > other)

function extreme(initial: number, isBeyond: (one: number, other: number) => boolean): Accumulator {
  const take = (slots: unknown[], at: number, value: number): void => {
    if (isBeyond(value, numberAt(slots, at))) slots[at] = value
  }
  return {
    isNumeric: true,
    initial: [initial],
    add: (slots, at, value) => take(slots, at, value as number), // isNumeric
    merge: (slots, at, from, fromAt) => take(slots, at, numberAt(from, fromAt)),
    result: (slots, at) => finiteOrNull(numberAt(slots, at)),
  }
}
