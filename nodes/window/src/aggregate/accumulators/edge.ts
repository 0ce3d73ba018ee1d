import type { Accumulator } from './accumulator.ts'

/** A value with its time; null before the first. */
type Dated = { readonly time: number; readonly value: unknown } | null

/** By time; of two at the same time the one that came first. */
export const first = edge((time, kept) => time < kept)

/** By time; of two at the same time the one that came last. */
export const last = edge((time, kept) => time >= kept)

function edge(isBeyond: (time: number, kept: number) => boolean): Accumulator<Dated> {
  return {
    isNumeric: false,
    create: () => null,
    add: (state, value, time) =>
      state === null || isBeyond(time, state.time) ? { time, value } : state,
    // `into` holds what came earlier.
    merge: (into, from) =>
      into === null || (from !== null && isBeyond(from.time, into.time)) ? from : into,
    result: (state) => (state === null ? null : state.value),
  }
}
