import { SampleBuffer } from '../file/samples.ts'
import type { Budget, Samples } from '../file/samples.ts'
import type { TimeRange } from '../file/store-reader-file.ts'
import { aggregate } from './aggregate.ts'
import { callFunction } from './functions.ts'
import { minuteMs } from '../point.ts'
import { noLabels, sorted, withoutMetricName } from './labels.ts'
import type { Labels } from './labels.ts'
import { operate } from './operate.ts'
import { QueryError } from './query-error.ts'
import { expectRoom, newSeries, setValue, takeRoom, timeOfStep } from './series-value.ts'
import type { RangeValue, Room, SampledSeries, StepSeries, Steps, Value } from './series-value.ts'
import type { Matcher, Query, Selector, Subquery } from './syntax.ts'

/** Where the samples of selectors come from. */
export interface Samplers {
  read(
    matchers: readonly Matcher[],
    range: TimeRange,
    limits: { readonly resolutionMs: number; readonly budget: Budget },
  ): readonly SampledSeries[]
}

export interface Evaluation {
  readonly source: Samplers
  readonly steps: Steps
  /** How long before a step its sample may be. */
  readonly lookbackMs: number
  readonly budget: Budget
  /** What all parts of the query may still take; counted down. */
  readonly room: Room
}

/** Evaluates a query at all its steps at once. Throws a `QueryError`. */
export function evaluate(query: Query, evaluation: Evaluation): Value {
  const value = valueOf(query, evaluation)
  takeRoom(evaluation.room, value, evaluation.steps)
  return value
}

function valueOf(query: Query, evaluation: Evaluation): Value {
  const { steps } = evaluation
  switch (query.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(steps.count).fill(query.value) }
    case 'text':
      return { kind: 'text', value: query.value }
    case 'selector':
      return query.rangeMs === undefined
        ? instants(query, evaluation)
        : ranges(query, query.rangeMs, evaluation)
    case 'subquery':
      return subquery(query, evaluation)
    case 'negation':
      return negated(evaluate(query.of, evaluation))
    case 'call': {
      const [first] = query.args
      // Of a selector it is when the sample was, of anything else the time of the step.
      if (query.name === 'timestamp' && first?.kind === 'selector' && first.rangeMs === undefined) {
        return sampleTimes(first, evaluation)
      }
      const args = query.args.map((arg) => evaluate(arg, evaluation))
      const absence = query.name.startsWith('absent') && first?.kind === 'selector'
      return callFunction(query.name, args, {
        steps,
        labels: absence ? labelsAskedFor(first) : noLabels,
      })
    }
    case 'aggregation': {
      const parameter = query.parameter && evaluate(query.parameter, evaluation)
      const { operator, labels, isWithout } = query
      const of = evaluate(query.of, evaluation)
      return aggregate({ operator, labels, isWithout, parameter, of }, steps)
    }
    case 'operation':
      return operate(query, evaluate(query.left, evaluation), {
        right: evaluate(query.right, evaluation),
        steps,
      })
  }
}

function sampleTimes(selector: Selector, evaluation: Evaluation): Value {
  const series = instants(selector, evaluation, ({ times }, at) => (times[at] ?? 0) / 1000).series
  return {
    kind: 'vector',
    series: series.map((one) => ({ ...one, labels: withoutMetricName(one.labels) })),
  }
}

/** Of what is not there only that is known which was asked for exactly. */
function labelsAskedFor({ matchers }: Selector): Labels {
  const asked = matchers.filter(({ label }) => label !== '__name__')
  const once = asked.filter(({ label }) => asked.filter((one) => one.label === label).length === 1)
  const exact = once.filter(({ operator, value }) => operator === '=' && value !== '')
  return sorted(exact.map(({ label, value }) => [label, value] as const))
}

/** At each step, the newest sample that is not older than the time to look back. */
function instants(
  selector: Selector,
  evaluation: Evaluation,
  read: (samples: Samples, at: number) => number = ({ values }, at) => values[at] ?? 0,
): Extract<Value, { kind: 'vector' }> {
  const { steps, source, budget, lookbackMs } = evaluation
  const ends = endsOf(selector, steps)
  const resolutionMs = resolutionFor(steps, Infinity)
  // A sample of what was rolled up stands for that long.
  const rolledBackMs = lookbackMs + Math.max(resolutionMs, minuteMs)
  const range = { from: least(ends) - rolledBackMs, to: greatest(ends) }
  const found = source.read(selector.matchers, range, { resolutionMs, budget })
  expectRoom(found.length, steps)
  const series = found.flatMap(({ labels, samples }) => {
    const { times, count, rolled } = samples
    const backMs = rolled === undefined ? lookbackMs : rolledBackMs
    const result = newSeries(labels, steps.count)
    let hasAny = false
    let next = 0
    for (const [step, end] of ends.entries()) {
      while (next < count && (times[next] ?? Infinity) <= end) next += 1
      const time = next === 0 ? -Infinity : (times[next - 1] ?? -Infinity)
      if (time <= end - backMs) continue
      setValue(result, step, read(samples, next - 1))
      hasAny = true
    }
    return hasAny ? [result] : []
  })
  return { kind: 'vector', series }
}

function ranges(selector: Selector, rangeMs: number, evaluation: Evaluation): RangeValue {
  const { steps, source, budget } = evaluation
  const ends = endsOf(selector, steps)
  const resolutionMs = resolutionFor(steps, rangeMs / 4)
  const range = { from: least(ends) - rangeMs, to: greatest(ends) }
  const series = source.read(selector.matchers, range, { resolutionMs, budget })
  return { kind: 'range', rangeMs, series, ends }
}

/** Its own steps are at multiples of their length, as those of Prometheus are. */
function subquery(query: Subquery, evaluation: Evaluation): RangeValue {
  const ends = endsOf(query, evaluation.steps)
  const stepMs = query.stepMs ?? Math.max(evaluation.steps.stepMs, usualSubqueryStepMs)
  const startMs = Math.floor((least(ends) - query.rangeMs) / stepMs) * stepMs + stepMs
  const count = Math.floor((greatest(ends) - startMs) / stepMs) + 1
  if (count > subqueryStepsMax) {
    throw new QueryError(
      `a subquery may have ${subqueryStepsMax} steps at most; this one has ${count}`,
    )
  }
  const steps = { startMs, stepMs, count: Math.max(0, count) }
  const value = evaluate(query.of, { ...evaluation, steps })
  if (value.kind !== 'vector') {
    throw new QueryError(`subquery is only allowed on instant vector, got ${value.kind} instead`)
  }
  const series = value.series.map((one) => ({ labels: one.labels, samples: samplesOf(one, steps) }))
  return { kind: 'range', rangeMs: query.rangeMs, series, ends }
}

const [usualSubqueryStepMs, subqueryStepsMax] = [60_000, 11_000]

function samplesOf({ values, has }: StepSeries, steps: Steps): Samples {
  const buffer = new SampleBuffer()
  for (let step = 0; step < steps.count; step += 1) {
    if (has[step] === 1) buffer.add(timeOfStep(steps, step), values[step] ?? 0)
  }
  return buffer.samples()
}

/** Where a selector looks at each step: in order, as offsets are the same for all. */
function endsOf({ at, offsetMs }: Selector | Subquery, steps: Steps): Float64Array {
  const last = timeOfStep(steps, steps.count - 1)
  const fixed = at === 'start' ? steps.startMs : at === 'end' ? last : at
  return Float64Array.from(
    { length: steps.count },
    (_, step) => (fixed ?? timeOfStep(steps, step)) - offsetMs,
  )
}

/** As coarse as can be without showing: neither above a step nor above what a range asks for. */
function resolutionFor({ stepMs, count }: Steps, most: number): number {
  return count === 1 ? (most === Infinity ? 0 : most) : Math.min(stepMs, most)
}

const least = (times: Float64Array): number => times[0] ?? 0
const greatest = (times: Float64Array): number => times.at(-1) ?? 0

function negated(value: Value): Value {
  if (value.kind === 'scalar') return { kind: 'scalar', values: value.values.map((one) => -one) }
  if (value.kind !== 'vector') {
    throw new QueryError(
      'unary expression only allowed on expressions of type scalar or instant vector',
    )
  }
  const series = value.series.map(({ labels, values, has }): StepSeries => ({
    labels: withoutMetricName(labels),
    values: values.map((one) => -one),
    has,
  }))
  return { kind: 'vector', series }
}
