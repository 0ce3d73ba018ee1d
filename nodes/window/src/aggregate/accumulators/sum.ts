import { finiteOrNull } from './accumulator.ts'
import type { Accumulator } from './accumulator.ts'

interface Sum {
  count: number
  sum: number
}

const summing: Omit<Accumulator<Sum>, 'result'> = {
  isNumeric: true,
  // The sum begins as a fraction so that the engine lays it out for fractions at once.
  create: () => ({ count: 0, sum: -0 }),
  add(state, value) {
    state.count += 1
    state.sum += value as number // isNumeric
    return state
  },
  merge(into, from) {
    into.count += from.count
    into.sum += from.sum
    return into
  },
}

export const sum: Accumulator<Sum> = {
  ...summing,
  result: (state) => (state.count === 0 ? null : finiteOrNull(state.sum + 0)),
}

export const average: Accumulator<Sum> = {
  ...summing,
  result: (state) => (state.count === 0 ? null : finiteOrNull(state.sum / state.count + 0)),
}
