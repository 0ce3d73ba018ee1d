import type { Scalar } from './condition.ts'
import { InfluxError } from './influx-error.ts'

/** Values by place; null where there is nothing. */
export type Column = readonly (Scalar | null)[]

interface Transformed {
  readonly times: readonly number[]
  /** After the first argument; durations in milliseconds. */
  readonly parameters: readonly number[]
}

/** Goes over the numbers of a column with the number before each. */
function pairwise(
  column: Column,
  { times }: Transformed,
  run: (value: number, before: number, passedMs: number) => number | null,
): Column {
  let before: { value: number; time: number } | undefined
  return column.map((value, at) => {
    if (value === null || typeof value === 'string') return null
    const now = { value: Number(value), time: times[at] ?? 0 }
    const result = before && run(now.value, before.value, now.time - before.time)
    before = now
    return result ?? null
  })
}

const positive = (value: number): number | null => (value < 0 ? null : value)

function movingAverage(column: Column, { parameters: [count = 2] }: Transformed): Column {
  const window: number[] = []
  return column.map((value) => {
    if (value === null || typeof value === 'string') return null
    window.push(Number(value))
    if (window.length > count) window.shift()
    return window.length < count ? null : window.reduce((sum, one) => sum + one, 0) / count
  })
}

function cumulativeSum(column: Column): Column {
  let sum = 0
  return column.map((value) => {
    if (value === null || typeof value === 'string') return null
    sum += Number(value)
    return sum
  })
}

const each =
  (run: (value: number) => number) =>
  (column: Column): Column =>
    column.map((value) => (typeof value === 'number' ? run(value) : null))

const usualUnitMs = 1_000

/** Functions of a column, by name. */
const transforms: Readonly<Record<string, (column: Column, given: Transformed) => Column>> = {
  derivative: (column, given) => {
    const unitMs = given.parameters[0] ?? usualUnitMs
    return pairwise(column, given, (value, before, ms) => ((value - before) * unitMs) / ms)
  },
  non_negative_derivative: (column, given) => {
    const unitMs = given.parameters[0] ?? usualUnitMs
    return pairwise(column, given, (value, before, ms) =>
      positive(((value - before) * unitMs) / ms),
    )
  },
  difference: (column, given) => pairwise(column, given, (value, before) => value - before),
  non_negative_difference: (column, given) =>
    pairwise(column, given, (value, before) => positive(value - before)),
  elapsed: (column, given) => {
    const unitMs = given.parameters[0] ?? 1e-6
    return pairwise(column, given, (_, _before, ms) => ms / unitMs)
  },
  moving_average: movingAverage,
  cumulative_sum: cumulativeSum,
  abs: each(Math.abs),
  ceil: each(Math.ceil),
  floor: each(Math.floor),
  round: each(Math.round),
  sqrt: each(Math.sqrt),
  exp: each(Math.exp),
  ln: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  sin: each(Math.sin),
  cos: each(Math.cos),
  tan: each(Math.tan),
}

export function isTransform(name: string): boolean {
  return Object.hasOwn(transforms, name)
}

export function transform(name: string, column: Column, given: Transformed): Column {
  const run = transforms[name]
  if (run === undefined) throw new InfluxError(`undefined function ${name}()`)
  return run(column, given)
}

/** Puts something where a column has nothing. */
export function filled(
  column: Column,
  times: readonly number[],
  fill: 'null' | 'none' | 'previous' | 'linear' | { readonly value: number },
): Column {
  if (typeof fill === 'object') return column.map((value) => value ?? fill.value)
  if (fill === 'previous') {
    let before: Scalar | null = null
    return column.map((value) => (before = value ?? before))
  }
  return fill === 'linear' ? interpolated(column, times) : column
}

function interpolated(column: Column, times: readonly number[]): Column {
  const known = [...column.keys()].filter((at) => typeof column[at] === 'number')
  let next = 0
  return column.map((value, at) => {
    while (next < known.length && (known[next] ?? 0) <= at) next += 1
    if (value !== null) return value
    const [left, right] = [known[next - 1], known[next]]
    if (left === undefined || right === undefined) return null
    const [from, to] = [Number(column[left]), Number(column[right])]
    const [start, end] = [times[left] ?? 0, times[right] ?? 0]
    return from + (to - from) * (((times[at] ?? 0) - start) / (end - start))
  })
}

const operators: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  // Division by zero gives 0 in InfluxDB.
  '/': (left, right) => (right === 0 ? 0 : left / right),
  '%': (left, right) => (right === 0 ? 0 : left % right),
}

export function combined(operator: string, left: Column, right: Column): Column {
  const run = operators[operator]
  return left.map((one, at) => {
    const other = right[at]
    if (typeof one !== 'number' || typeof other !== 'number' || run === undefined) return null
    return run(one, other)
  })
}
