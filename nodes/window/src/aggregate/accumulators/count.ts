import type { Accumulator } from './accumulator.ts'

export const count: Accumulator<number> = {
  isNumeric: false,
  create: () => 0,
  add: (state) => state + 1,
  merge: (into, from) => into + from,
  result: (state) => state,
}
