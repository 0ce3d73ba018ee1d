import { keyOf, labelOf, onlyNames, withLabel, withoutMetricName, withoutNames } from './labels.ts'
import type { Labels } from './labels.ts'
import { QueryError } from './query-error.ts'
import { expectRoom, newSeries, setValue } from './series-value.ts'
import type { StepSeries, Steps, Value } from './series-value.ts'
import type { Matching, Operation } from './syntax.ts'

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': (left, right) => left ** right,
  atan2: (left, right) => Math.atan2(left, right),
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
}

/** Applies an operator at all steps. */
export function operate(
  operation: Operation,
  left: Value,
  { right, steps }: { readonly right: Value; readonly steps: Steps },
): Value {
  const { operator } = operation
  if (operator === 'and' || operator === 'or' || operator === 'unless') {
    if (left.kind !== 'vector' || right.kind !== 'vector') {
      throw new QueryError(`set operator "${operator}" not allowed in binary scalar expression`)
    }
    const series = combineSets(operation, left.series, { right: right.series, steps })
    return { kind: 'vector', series }
  }
  const run = runOf(operation)
  if (left.kind === 'scalar' && right.kind === 'scalar') return scalars(operation, left, right)
  if (left.kind === 'vector' && right.kind === 'scalar') {
    const of = (value: number, step: number) => run(value, right.values[step] ?? Number.NaN, value)
    return withScalar(operation, left.series, { of, steps })
  }
  if (left.kind === 'scalar' && right.kind === 'vector') {
    const of = (value: number, step: number) => run(left.values[step] ?? Number.NaN, value, value)
    return withScalar(operation, right.series, { of, steps })
  }
  if (left.kind === 'vector' && right.kind === 'vector') {
    const series = matched(operation, left.series, { right: right.series, run, steps })
    return { kind: 'vector', series }
  }
  throw new QueryError('binary expression must contain only scalar and instant vector types')
}

/** `kept` is what a comparison that holds gives. */
type Run = (left: number, right: number, kept: number) => number | undefined

function runOf({ operator, isBool }: Operation): Run {
  const compute = arithmetic[operator]
  if (compute !== undefined) {
    if (isBool) throw new QueryError('bool modifier can only be used on comparison operators')
    return compute
  }
  const compare = comparisons[operator]
  if (compare === undefined) throw new QueryError(`unknown operator "${operator}"`)
  if (isBool) return (left, right) => Number(compare(left, right))
  return (left, right, kept) => (compare(left, right) ? kept : undefined)
}

const dropsName = ({ operator, isBool }: Operation): boolean =>
  isBool || Object.hasOwn(arithmetic, operator)

function scalars(
  operation: Operation,
  left: { readonly values: Float64Array },
  right: { readonly values: Float64Array },
): Value {
  if (!dropsName(operation)) {
    throw new QueryError('comparisons between scalars must use BOOL modifier')
  }
  const run = runOf(operation)
  const values = left.values.map((value, step) => {
    return run(value, right.values[step] ?? Number.NaN, value) ?? Number.NaN
  })
  return { kind: 'scalar', values }
}

function withScalar(
  operation: Operation,
  series: readonly StepSeries[],
  { of, steps }: { of: (value: number, step: number) => number | undefined; steps: Steps },
): Value {
  const results = series.map((one) => {
    const labels = dropsName(operation) ? withoutMetricName(one.labels) : one.labels
    const result = newSeries(labels, steps.count)
    for (let step = 0; step < steps.count; step += 1) {
      if (one.has[step] !== 1) continue
      const value = of(one.values[step] ?? Number.NaN, step)
      if (value !== undefined) setValue(result, step, value)
    }
    return result
  })
  return { kind: 'vector', series: results.filter(({ has }) => has.includes(1)) }
}

function signatureOf({ isOn, labels }: Matching): (labels: Labels) => string {
  const names = new Set(labels)
  if (isOn) return (given) => keyOf(onlyNames(given, names))
  return (given) => keyOf(withoutNames(withoutMetricName(given), names))
}

function bySignature(
  series: readonly StepSeries[],
  signature: (labels: Labels) => string,
): ReadonlyMap<string, readonly StepSeries[]> {
  const found = new Map<string, StepSeries[]>()
  for (const one of series) {
    const key = signature(one.labels)
    const others = found.get(key)
    if (others === undefined) found.set(key, [one])
    else others.push(one)
  }
  return found
}

interface MatchParts {
  readonly right: readonly StepSeries[]
  readonly run: Run
  readonly steps: Steps
}

/** Between two vectors: each series of the side with many against the one of the other side. */
function matched(
  operation: Operation,
  left: readonly StepSeries[],
  { right, run, steps }: MatchParts,
): readonly StepSeries[] {
  const { matching } = operation
  const isSwapped = matching.many === 'right'
  const [many, ones] = isSwapped ? [right, left] : [left, right]
  expectRoom(many.length, steps)
  const signature = signatureOf(matching)
  const candidates = bySignature(ones, signature)
  for (const found of candidates.values()) expectOne(found, many, operation)
  const results = new Map<string, StepSeries>()
  for (const one of many) {
    for (const other of candidates.get(signature(one.labels)) ?? []) {
      const labels = resultLabels(operation, one.labels, other.labels)
      const key = keyOf(labels)
      const result = results.get(key) ?? newSeries(labels, steps.count)
      for (let step = 0; step < steps.count; step += 1) {
        if (one.has[step] !== 1 || other.has[step] !== 1) continue
        const [mine, its] = [one.values[step] ?? Number.NaN, other.values[step] ?? Number.NaN]
        const value = isSwapped ? run(its, mine, its) : run(mine, its, mine)
        if (value === undefined) continue
        if (result.has[step] === 1) throw ambiguous(matching)
        setValue(result, step, value)
      }
      results.set(key, result)
    }
  }
  return [...results.values()].filter(({ has }) => has.includes(1))
}

/** Of series with the same signature only one may be there at a step, if there is anything to match. */
function expectOne(
  found: readonly StepSeries[],
  many: readonly StepSeries[],
  { matching }: Operation,
): void {
  if (found.length < 2) return
  for (const step of found[0]?.has.keys() ?? []) {
    const present = found.filter(({ has }) => has[step] === 1)
    if (present.length > 1 && isPresent(many, step)) throw ambiguous(matching)
  }
}

function resultLabels(operation: Operation, many: Labels, one: Labels): Labels {
  const { matching } = operation
  const kept = dropsName(operation) ? withoutMetricName(many) : many
  const names = new Set(matching.labels)
  if (matching.many === undefined) {
    return matching.isOn ? onlyNames(kept, names) : withoutNames(kept, names)
  }
  return matching.include.reduce(
    (labels, name) => withLabel(labels, name, labelOf(one, name)),
    kept,
  )
}

function ambiguous({ many }: Matching): QueryError {
  return new QueryError(
    many === undefined
      ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
      : 'multiple matches for labels: grouping labels must ensure unique matches',
    'execution',
  )
}

function combineSets(
  { operator, matching }: Operation,
  left: readonly StepSeries[],
  { right, steps }: { readonly right: readonly StepSeries[]; readonly steps: Steps },
): readonly StepSeries[] {
  const signature = signatureOf(matching)
  if (operator === 'or') {
    const onLeft = bySignature(left, signature)
    const added = right.map((one) =>
      filtered(one, steps, (step) => !isPresent(onLeft.get(signature(one.labels)), step)),
    )
    return [...left, ...added].filter(({ has }) => has.includes(1))
  }
  const onRight = bySignature(right, signature)
  const wanted = operator === 'and'
  return left
    .map((one) =>
      filtered(
        one,
        steps,
        (step) => isPresent(onRight.get(signature(one.labels)), step) === wanted,
      ),
    )
    .filter(({ has }) => has.includes(1))
}

function isPresent(series: readonly StepSeries[] | undefined, step: number): boolean {
  return series?.some(({ has }) => has[step] === 1) ?? false
}

function filtered(
  { labels, values, has }: StepSeries,
  { count }: Steps,
  keeps: (step: number) => boolean,
): StepSeries {
  const kept = new Uint8Array(count)
  for (let step = 0; step < count; step += 1) {
    if (has[step] === 1 && keeps(step)) kept[step] = 1
  }
  return { labels, values, has: kept }
}
