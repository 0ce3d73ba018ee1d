import type { Labels } from '../exposition/sample.ts'

/** What is shown of one metric with one set of labels; survives structured cloning. */
export interface ShownSeries {
  /** Of the row of the form. */
  readonly metric: string
  readonly labels: Labels
  /** Of a histogram, the sum. */
  value: number
  /** Of a histogram: how many values fell into each bucket, the last one being without a bound. */
  counts?: number[]
  /** Processing time of the last value, in milliseconds since the epoch. */
  at: number
}

/** Which of the buckets a value falls into. */
export function bucketOf(value: number, bounds: readonly number[]): number {
  const found = bounds.findIndex((bound) => value <= bound)
  return found < 0 ? bounds.length : found
}
