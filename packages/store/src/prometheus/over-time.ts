import type { Samples } from '../file/samples.ts'

/** Samples of one series within a range: from `first` up to but not including `end`. */
export interface Window {
  readonly samples: Samples
  readonly first: number
  readonly end: number
  /** Of the range, in milliseconds since the epoch. */
  readonly startMs: number
  readonly endMs: number
}

/** What a function over time gives for a range; undefined for nothing. */
export type OverTime = (window: Window, parameter: number) => number | undefined

const valueAt = ({ samples }: Window, at: number): number => samples.values[at] ?? Number.NaN
const timeAt = ({ samples }: Window, at: number): number => samples.times[at] ?? 0

function countOf({ samples: { rolled }, first, end }: Window): number {
  if (rolled === undefined) return end - first
  let count = 0
  for (let at = first; at < end; at += 1) count += rolled.counts[at] ?? 0
  return count
}

function sumOf(window: Window): number {
  const sums = window.samples.rolled?.sums ?? window.samples.values
  let sum = 0
  for (let at = window.first; at < window.end; at += 1) sum += sums[at] ?? 0
  return sum
}

function lowOf(window: Window): number {
  const lows = window.samples.rolled?.lows ?? window.samples.values
  let low = Infinity
  for (let at = window.first; at < window.end; at += 1) low = Math.min(low, lows[at] ?? Infinity)
  return low
}

function highOf(window: Window): number {
  const highs = window.samples.rolled?.highs ?? window.samples.values
  let high = -Infinity
  for (let at = window.first; at < window.end; at += 1)
    high = Math.max(high, highs[at] ?? -Infinity)
  return high
}

function varianceOf(window: Window): number {
  const { first, end } = window
  let [mean, squares] = [0, 0]
  for (let at = first; at < end; at += 1) {
    const difference = valueAt(window, at) - mean
    mean += difference / (at - first + 1)
    squares += difference * (valueAt(window, at) - mean)
  }
  return squares / (end - first)
}

/** How often neighbours differ as told. */
function countPairs(window: Window, differs: (before: number, after: number) => boolean): number {
  let count = 0
  for (let at = window.first + 1; at < window.end; at += 1) {
    if (differs(valueAt(window, at - 1), valueAt(window, at))) count += 1
  }
  return count
}

/** Between numbers in order, as Prometheus interpolates. */
export function quantileOf(values: number[], quantile: number): number {
  if (values.length === 0 || Number.isNaN(quantile)) return Number.NaN
  if (quantile < 0) return -Infinity
  if (quantile > 1) return Infinity
  const ordered = values.toSorted((one, other) => one - other)
  const rank = quantile * (ordered.length - 1)
  const lower = Math.floor(rank)
  const upper = Math.min(lower + 1, ordered.length - 1)
  const weight = rank - lower
  return (ordered[lower] ?? 0) * (1 - weight) + (ordered[upper] ?? 0) * weight
}

/** Least squares over the samples, with time in seconds after `zeroMs`. */
function lineOf(window: Window, zeroMs: number): { slope: number; intercept: number } | undefined {
  const { first, end } = window
  const count = end - first
  if (count < 2) return undefined
  let [sumX, sumY, sumXY, sumXX] = [0, 0, 0, 0]
  for (let at = first; at < end; at += 1) {
    const x = (timeAt(window, at) - zeroMs) / 1000
    const y = valueAt(window, at)
    sumX += x
    sumY += y
    sumXY += x * y
    sumXX += x * x
  }
  const slope = (sumXY - (sumX * sumY) / count) / (sumXX - (sumX * sumX) / count)
  return { slope, intercept: sumY / count - (slope * sumX) / count }
}

/**
 * Difference over the range, extrapolated to its ends as Prometheus does (promql/functions.go,
 * extrapolatedRate): by at most half an interval of samples, and of a counter not below zero.
 */
function extrapolated(
  window: Window,
  { isCounter, isRate }: { isCounter: boolean; isRate: boolean },
) {
  const { first, end, startMs, endMs } = window
  if (end - first < 2) return undefined
  let difference = valueAt(window, end - 1) - valueAt(window, first)
  if (isCounter) {
    for (let at = first + 1; at < end; at += 1) {
      if (valueAt(window, at) < valueAt(window, at - 1)) difference += valueAt(window, at - 1)
    }
  }
  const sampledMs = timeAt(window, end - 1) - timeAt(window, first)
  const averageMs = sampledMs / (end - first - 1)
  const limitMs = averageMs * 1.1
  let beforeMs = timeAt(window, first) - startMs
  let afterMs = endMs - timeAt(window, end - 1)
  if (beforeMs >= limitMs) beforeMs = averageMs / 2
  if (isCounter && difference > 0 && valueAt(window, first) >= 0) {
    beforeMs = Math.min(beforeMs, sampledMs * (valueAt(window, first) / difference))
  }
  if (afterMs >= limitMs) afterMs = averageMs / 2
  const whole = difference * ((sampledMs + beforeMs + afterMs) / sampledMs)
  return isRate ? whole / ((endMs - startMs) / 1000) : whole
}

/** Of the last two samples. */
function lastTwo(window: Window, isRate: boolean): number | undefined {
  const { first, end } = window
  if (end - first < 2) return undefined
  const [before, after] = [valueAt(window, end - 2), valueAt(window, end - 1)]
  if (!isRate) return after - before
  const seconds = (timeAt(window, end - 1) - timeAt(window, end - 2)) / 1000
  return (after < before ? after : after - before) / seconds
}

const isSame = (one: number, other: number): boolean =>
  one === other || (Number.isNaN(one) && Number.isNaN(other))

/** Functions of one range vector, by name. Those with a parameter take it first. */
export const overTime: Readonly<Record<string, OverTime>> = {
  avg_over_time: (window) => sumOf(window) / countOf(window),
  sum_over_time: sumOf,
  count_over_time: countOf,
  min_over_time: lowOf,
  max_over_time: highOf,
  last_over_time: (window) => valueAt(window, window.end - 1),
  first_over_time: (window) => valueAt(window, window.first),
  present_over_time: () => 1,
  stddev_over_time: (window) => Math.sqrt(varianceOf(window)),
  stdvar_over_time: varianceOf,
  quantile_over_time: ({ samples, first, end }, quantile) =>
    quantileOf(Array.from(samples.values.subarray(first, end)), quantile),
  rate: (window) => extrapolated(window, { isCounter: true, isRate: true }),
  increase: (window) => extrapolated(window, { isCounter: true, isRate: false }),
  delta: (window) => extrapolated(window, { isCounter: false, isRate: false }),
  irate: (window) => lastTwo(window, true),
  idelta: (window) => lastTwo(window, false),
  changes: (window) => countPairs(window, (before, after) => !isSame(before, after)),
  resets: (window) => countPairs(window, (before, after) => after < before),
  deriv: (window) => lineOf(window, timeAt(window, window.first))?.slope,
  predict_linear: (window, seconds) => {
    const line = lineOf(window, window.endMs)
    return line && line.slope * seconds + line.intercept
  },
}

export const overTimeWithParameter: Readonly<Record<string, 'first' | 'last'>> = {
  quantile_over_time: 'first',
  predict_linear: 'last',
}

/** Those whose result is still a value of the metric itself. */
export const keepsName: ReadonlySet<string> = new Set(['last_over_time', 'first_over_time'])
