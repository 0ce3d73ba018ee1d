import { keyOf, onlyNames, withoutMetricName, withoutNames } from './labels.ts'
import type { Labels } from './labels.ts'
import { quantileOf } from './over-time.ts'
import { QueryError } from './query-error.ts'
import { expectRoom, newSeries, setValue } from './series-value.ts'
import type { StepSeries, Steps, Value } from './series-value.ts'

export interface AggregateParts {
  readonly operator: string
  readonly labels: readonly string[]
  readonly isWithout: boolean
  readonly parameter: Value | undefined
  readonly of: Value
}

interface Group {
  readonly labels: Labels
  readonly members: StepSeries[]
}

/** Aggregates a vector at all steps. */
export function aggregate(parts: AggregateParts, steps: Steps): Value {
  const { operator, of } = parts
  if (of.kind !== 'vector') {
    throw new QueryError(`expected type instant vector in aggregation expression, got ${of.kind}`)
  }
  const groups = groupsOf(of.series, parts)
  const parameter = parameterOf(parts)
  if (operator === 'topk' || operator === 'bottomk') {
    const sign = operator === 'topk' ? -1 : 1
    const series = groups.flatMap((group) => chosen(group, { parameter, sign, steps }))
    return { kind: 'vector', series }
  }
  expectRoom(groups.length, steps)
  const combine = combiners[operator]
  if (combine === undefined) throw new QueryError(`unknown aggregation "${operator}"`)
  const series = groups.map(({ labels, members }) => {
    const result = newSeries(labels, steps.count)
    for (let step = 0; step < steps.count; step += 1) {
      const values = valuesAt(members, step)
      if (values.length > 0) setValue(result, step, combine(values, parameter[step] ?? Number.NaN))
    }
    return result
  })
  return { kind: 'vector', series }
}

function groupsOf(
  series: readonly StepSeries[],
  { labels, isWithout }: AggregateParts,
): readonly Group[] {
  const names = new Set(labels)
  const groups = new Map<string, Group>()
  for (const one of series) {
    const kept = isWithout
      ? withoutNames(withoutMetricName(one.labels), names)
      : onlyNames(one.labels, names)
    const key = keyOf(kept)
    const group = groups.get(key) ?? { labels: kept, members: [] }
    group.members.push(one)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function parameterOf({ operator, parameter }: AggregateParts): Float64Array {
  if (parameter === undefined) return new Float64Array()
  if (parameter.kind === 'scalar') return parameter.values
  throw new QueryError(`expected type scalar in aggregation parameter of ${operator}`)
}

function valuesAt(members: readonly StepSeries[], step: number): number[] {
  const values: number[] = []
  for (const { has, values: own } of members) {
    if (has[step] === 1) values.push(own[step] ?? Number.NaN)
  }
  return values
}

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0)

function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length
  return values.reduce((whole, value) => whole + (value - mean) ** 2, 0) / values.length
}

/** NaN gives way to any number. */
function extreme(values: readonly number[], isBetter: (one: number, other: number) => boolean) {
  return values.reduce((best, value) =>
    isBetter(value, best) || Number.isNaN(best) ? value : best,
  )
}

const combiners: Readonly<Record<string, (values: number[], parameter: number) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => extreme(values, (one, other) => one < other),
  max: (values) => extreme(values, (one, other) => one > other),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
  quantile: (values, quantile) => quantileOf(values, quantile),
}

interface Choice {
  readonly parameter: Float64Array
  /** −1 for the greatest first. */
  readonly sign: number
  readonly steps: Steps
}

/** The series with the greatest or smallest values at each step, as they are. */
function chosen({ members }: Group, { parameter, sign, steps }: Choice): readonly StepSeries[] {
  const results = members.map(({ labels }) => newSeries(labels, steps.count))
  const ranks = new Float64Array(members.length)
  for (let step = 0; step < steps.count; step += 1) {
    const count = Math.trunc(parameter[step] ?? 0)
    const present = [...members.keys()].filter((at) => members[at]?.has[step] === 1)
    const valueOf = (at: number): number => members[at]?.values[step] ?? Number.NaN
    present.sort((one, other) => {
      const difference = sign * (valueOf(one) - valueOf(other))
      // NaN comes last.
      return Number.isNaN(difference) ? Number(Number.isNaN(valueOf(one))) - 0.5 : difference
    })
    for (const [rank, at] of present.slice(0, Math.max(0, count)).entries()) {
      const result = results[at]
      if (result !== undefined) setValue(result, step, valueOf(at))
      if (step === 0) ranks[at] = rank
    }
  }
  const order = [...results.keys()].toSorted(
    (one, other) => (ranks[one] ?? 0) - (ranks[other] ?? 0),
  )
  return order.flatMap((at) => results[at] ?? []).filter(({ has }) => has.includes(1))
}
