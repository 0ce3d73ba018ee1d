import { finiteOrNull } from './accumulator.ts'
import type { Accumulator } from './accumulator.ts'

/** Welford's moments: number, mean, and sum of squared distances from the mean. */
interface Moments {
  count: number
  mean: number
  squares: number
}

/** Divided by n − 1, as SQL's STDDEV_SAMP: null for fewer than two values. */
export const sampleDeviation = deviation(1)

/** Divided by n, as SQL's STDDEV_POP. */
export const populationDeviation = deviation(0)

function deviation(fewer: 0 | 1): Accumulator<Moments> {
  return {
    isNumeric: true,
    create: () => ({ count: 0, mean: -0, squares: -0 }),
    add,
    merge,
    result: ({ count, squares }) =>
      count <= fewer ? null : finiteOrNull(Math.sqrt(squares / (count - fewer) + 0)),
  }
}

function add(state: Moments, value: unknown): Moments {
  const number = value as number // isNumeric
  state.count += 1
  const distance = number - state.mean
  state.mean += distance / state.count
  state.squares += distance * (number - state.mean)
  return state
}

/** Chan, Golub and LeVeque: the moments of two sets from the moments of each. */
function merge(into: Moments, from: Moments): Moments {
  if (from.count === 0) return into
  const count = into.count + from.count
  const distance = from.mean - into.mean
  into.squares += from.squares + (distance * distance * into.count * from.count) / count
  into.mean += (distance * from.count) / count
  into.count = count
  return into
}
