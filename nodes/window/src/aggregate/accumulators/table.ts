import type { Accumulator, AggregateSettings } from './accumulator.ts'
import { delta, rate } from './change.ts'
import { collect } from './collect.ts'
import { count } from './count.ts'
import {
  populationDeviation,
  populationVariance,
  sampleDeviation,
  sampleVariance,
} from './deviation.ts'
import { distinct } from './distinct.ts'
import { first, last } from './edge.ts'
import { maximum, minimum } from './extreme.ts'
import { mode } from './mode.ts'
import { median, percentile } from './percentile.ts'
import { timeWeighted } from './time-weighted.ts'
import { average, sum } from './totals.ts'

/** By the name in the descriptor. */
const accumulators = {
  count: () => count,
  sum: () => sum,
  avg: () => average,
  min: () => minimum,
  max: () => maximum,
  first: () => first,
  last: () => last,
  stddev: () => sampleDeviation,
  stddevPopulation: () => populationDeviation,
  variance: () => sampleVariance,
  variancePopulation: () => populationVariance,
  median: () => median,
  percentile,
  distinct: () => distinct,
  mode: () => mode,
  collect,
  delta: () => delta,
  rate: () => rate,
  timeWeighted: () => timeWeighted,
} as const satisfies Record<string, (settings: AggregateSettings) => Accumulator>

export type AggregateFunction = keyof typeof accumulators

export function accumulatorOf(name: AggregateFunction, settings: AggregateSettings): Accumulator {
  return accumulators[name](settings)
}
