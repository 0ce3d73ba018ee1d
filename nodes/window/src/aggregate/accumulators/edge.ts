import { numberAt } from './accumulator.ts'
import type { Accumulator, Slots } from './accumulator.ts'

/** By time; of two at the same time the one that came first. */
export const first = edge(Infinity, (time, kept) => time < kept)

/** By time; of two at the same time the one that came last. */
export const last = edge(-Infinity, (time, kept) => time >= kept)

/** Slots: time, value. */
function edge(initial: number, isBeyond: (time: number, kept: number) => boolean): Accumulator {
  const take = (slots: Slots, at: number, value: unknown, time: number): void => {
    if (time === initial || !isBeyond(time, numberAt(slots, at))) return
    slots[at] = time
    slots[at + 1] = value
  }
  return {
    isNumeric: false,
    initial: [initial, null],
    add: take,
    merge: (slots, at, from, fromAt) => take(slots, at, from[fromAt + 1], numberAt(from, fromAt)),
    result: (slots, at) => slots[at + 1],
  }
}
