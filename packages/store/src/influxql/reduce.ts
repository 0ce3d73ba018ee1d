import { quantileOf } from '../prometheus/over-time.ts'
import type { Scalar } from './condition.ts'
import type { GatheredPoint } from './gather.ts'
import { InfluxError } from './influx-error.ts'

/** What a function makes of the points of a stretch; null for nothing. */
export interface Reduced {
  readonly value: Scalar | null
  /** Of the point that was chosen, where one was. */
  readonly time?: number | undefined
}

export type Reduce = (points: readonly GatheredPoint[], parameter: number) => Reduced

const numbersOf = (points: readonly GatheredPoint[]): number[] =>
  points.flatMap(({ value }) => (typeof value === 'string' ? [] : [Number(value)]))

const countOf = (points: readonly GatheredPoint[]): number =>
  points.reduce((count, point) => count + point.count, 0)

const sumOf = (points: readonly GatheredPoint[]): number =>
  points.reduce((sum, point) => sum + point.sum, 0)

/** The point that is better than all others; the first of equal ones. */
function best(
  points: readonly GatheredPoint[],
  isBetter: (one: GatheredPoint, other: GatheredPoint) => boolean,
): GatheredPoint | undefined {
  let found = points[0]
  for (const point of points) if (found === undefined || isBetter(point, found)) found = point
  return found
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

function mode(points: readonly GatheredPoint[]): Scalar | null {
  const counts = new Map<Scalar, number>()
  for (const { value } of points) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [first] = [...counts].toSorted(([, one], [, other]) => other - one)
  return first?.[0] ?? null
}

/** The value of which so many percent are not greater, as InfluxDB chooses it. */
function percentile(points: readonly GatheredPoint[], percent: number): Reduced {
  const sorted = points
    .filter(({ value }) => typeof value === 'number')
    .toSorted((one, other) => Number(one.value) - Number(other.value))
  const point = sorted[Math.floor((sorted.length * percent) / 100 + 0.5) - 1]
  return { value: point?.value ?? null, time: point?.time }
}

/** Functions that make one value of many, by name. Each gets at least one point. */
const reducers: Readonly<Record<string, Reduce>> = {
  count: (points) => ({ value: countOf(points) }),
  sum: (points) => ({ value: sumOf(points) }),
  mean: (points) => ({ value: sumOf(points) / countOf(points) }),
  min: (points) => {
    const point = best(points, (one, other) => one.low < other.low)
    return { value: point?.low ?? null, time: point?.time }
  },
  max: (points) => {
    const point = best(points, (one, other) => one.high > other.high)
    return { value: point?.high ?? null, time: point?.time }
  },
  spread: (points) => {
    const [low, high] = points.reduce(
      ([low, high], point) => [Math.min(low, point.low), Math.max(high, point.high)],
      [Infinity, -Infinity],
    )
    return { value: high - low }
  },
  first: (points) => {
    const point = best(points, (one, other) => one.time < other.time)
    return { value: point?.value ?? null, time: point?.time }
  },
  last: (points) => {
    const point = best(points, (one, other) => one.time >= other.time)
    return { value: point?.value ?? null, time: point?.time }
  },
  median: (points) => ({ value: quantileOf(numbersOf(points), 0.5) }),
  stddev: (points) => ({ value: deviation(numbersOf(points)) }),
  mode: (points) => ({ value: mode(points) }),
  percentile,
}

/** Those that are as good over what was rolled up as over the points. */
export const rollable: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'mean',
  'min',
  'max',
  'spread',
  'last',
])

/** Of these, the time of the point that was chosen is shown. */
export const selectors: ReadonlySet<string> = new Set(['min', 'max', 'first', 'last', 'percentile'])

const forText: ReadonlySet<string> = new Set(['count', 'first', 'last', 'mode'])

export function isReducer(name: string): boolean {
  return Object.hasOwn(reducers, name)
}

export function reduce(name: string, points: readonly GatheredPoint[], parameter: number): Reduced {
  const run = reducers[name]
  if (run === undefined) throw new InfluxError(`undefined function ${name}()`)
  if (points.length === 0) return { value: null }
  if (typeof points[0]?.value === 'string' && !forText.has(name)) {
    throw new InfluxError(`unsupported ${name} iterator type: string`)
  }
  return run(points, parameter)
}
