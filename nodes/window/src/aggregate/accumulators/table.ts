import type { Accumulator } from './accumulator.ts'
import { count } from './count.ts'
import { populationDeviation, sampleDeviation } from './deviation.ts'
import { distinct } from './distinct.ts'
import { first, last } from './edge.ts'
import { maximum, minimum } from './extreme.ts'
import { average, sum } from './sum.ts'

/** By the name in the descriptor. Each is asked only about states that it made. */
export const accumulators = {
  count,
  sum,
  avg: average,
  min: minimum,
  max: maximum,
  first,
  last,
  stddev: sampleDeviation,
  stddevPopulation: populationDeviation,
  distinct,
} as const

export type AggregateFunction = keyof typeof accumulators

export function accumulatorOf(name: AggregateFunction): Accumulator {
  // Its states come from itself alone, so their type may be forgotten.
  return accumulators[name] as Accumulator
}
