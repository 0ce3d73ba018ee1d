import type { Accumulator } from './accumulator.ts'

type Extreme = number | null

export const minimum = extreme((one, other) => one < other)
export const maximum = extreme((one, other) => one > other)

function extreme(isBeyond: (one: number, other: number) => boolean): Accumulator<Extreme> {
  const choose = (state: Extreme, value: Extreme): Extreme =>
    state === null || (value !== null && isBeyond(value, state)) ? value : state
  return {
    isNumeric: true,
    create: () => null,
    add: (state, value) => choose(state, value as number), // isNumeric
    merge: choose,
    result: (state) => state,
  }
}
