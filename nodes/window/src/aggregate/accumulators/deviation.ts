import { finiteOrNull, numberAt } from './accumulator.ts'
import type { Accumulator, Slots } from './accumulator.ts'

/** Divided by n − 1, as SQL's STDDEV_SAMP: null for fewer than two values. */
export const sampleDeviation = moments(1, Math.sqrt)

/** Divided by n, as SQL's STDDEV_POP. */
export const populationDeviation = moments(0, Math.sqrt)

export const sampleVariance = moments(1, (variance) => variance)
export const populationVariance = moments(0, (variance) => variance)

/** Welford's moments; slots: number, mean, and sum of squared distances from the mean. */
function moments(fewer: 0 | 1, of: (variance: number) => number): Accumulator {
  return {
    isNumeric: true,
    initial: [0, 0, 0],
    add,
    merge,
    result: (slots, at) => {
      const count = numberAt(slots, at)
      if (count <= fewer) return null
      return finiteOrNull(of(numberAt(slots, at + 2) / (count - fewer)))
    },
  }
}

function add(slots: Slots, at: number, value: unknown): void {
  const number = value as number // isNumeric
  const count = numberAt(slots, at) + 1
  const before = numberAt(slots, at + 1)
  const mean = before + (number - before) / count
  slots[at] = count
  slots[at + 1] = mean
  slots[at + 2] = numberAt(slots, at + 2) + (number - before) * (number - mean)
}

/** Chan, Golub and LeVeque: the moments of two sets from the moments of each. */
function merge(slots: Slots, at: number, from: Slots, fromAt: number): void {
  const more = numberAt(from, fromAt)
  if (more === 0) return
  const had = numberAt(slots, at)
  const count = had + more
  const mean = numberAt(slots, at + 1)
  const distance = numberAt(from, fromAt + 1) - mean
  slots[at] = count
  slots[at + 1] = mean + (distance * more) / count
  slots[at + 2] =
    numberAt(slots, at + 2) +
    numberAt(from, fromAt + 2) +
    (distance * distance * had * more) / count
}
