import { histogramQuantile } from './histogram.ts'
import { labelReplacer } from './label-replacer.ts'
import { noLabels, sorted, withLabel, withoutMetricName, labelOf } from './labels.ts'
import type { Labels } from './labels.ts'
import { keepsName, overTime, overTimeWithParameter } from './over-time.ts'
import type { OverTime } from './over-time.ts'
import { QueryError } from './query-error.ts'
import { expectRoom, newSeries, setValue, timeOfStep } from './series-value.ts'
import type { RangeValue, StepSeries, Steps, Value } from './series-value.ts'

/** Calls a function of PromQL at all steps. Throws a `QueryError`. */
export function callFunction(
  name: string,
  args: readonly Value[],
  { steps, labels }: { readonly steps: Steps; readonly labels: Labels },
): Value {
  const over = Object.hasOwn(overTime, name) ? overTime[name] : undefined
  if (over !== undefined) return callOverTime(name, over, { args, steps })
  const each = Object.hasOwn(numbers, name) ? numbers[name] : undefined
  if (each !== undefined) return callOnNumbers(name, each, { args, steps })
  const part = Object.hasOwn(dateParts, name) ? dateParts[name] : undefined
  if (part !== undefined) return callOnDates(name, part, { args, steps })
  const special = Object.hasOwn(specials, name) ? specials[name] : undefined
  if (special !== undefined) return special({ name, args, steps, labels })
  throw new QueryError(`1:1: parse error: unknown function with name "${name.slice(0, 100)}"`)
}

interface Call {
  readonly args: readonly Value[]
  readonly steps: Steps
}

/** `labels` are those of a selector that finds nothing. */
type NamedCall = Call & { readonly name: string; readonly labels: Labels }

function callOverTime(name: string, over: OverTime, { args, steps }: Call): Value {
  const place = overTimeWithParameter[name]
  expectCount(name, args, place === undefined ? [1, 1] : [2, 2])
  const range = args[place === 'first' ? 1 : 0]
  if (range?.kind !== 'range') throw wrongType(name, 'range vector', range)
  const parameters =
    place === undefined ? undefined : scalarArgument(name, args[place === 'first' ? 0 : 1])
  expectRoom(range.series.length, steps)
  const series = range.series.flatMap((one) => {
    const labels = keepsName.has(name) ? one.labels : withoutMetricName(one.labels)
    const result = newSeries(labels, steps.count)
    return slide(one, range, (window, step) => {
      const value = over(window, parameters?.[step] ?? Number.NaN)
      if (value !== undefined) setValue(result, step, value)
    })
      ? [result]
      : []
  })
  return { kind: 'vector', series }
}

/** Goes over the ranges of all steps, whose ends only grow: open at their start, closed at their end. */
function slide(
  { samples }: RangeValue['series'][number],
  { ends, rangeMs }: RangeValue,
  take: (window: Parameters<OverTime>[0], step: number) => void,
): boolean {
  const { times, count } = samples
  let [first, end] = [0, 0]
  let isAny = false
  for (const [step, endMs] of ends.entries()) {
    const startMs = endMs - rangeMs
    while (end < count && (times[end] ?? Infinity) <= endMs) end += 1
    while (first < end && (times[first] ?? Infinity) <= startMs) first += 1
    if (first === end) continue
    isAny = true
    take({ samples, first, end, startMs, endMs }, step)
  }
  return isAny
}

type OnNumber = (value: number, ...parameters: number[]) => number

const clamp: OnNumber = (value, low = Number.NaN, high = Number.NaN) =>
  Math.max(low, Math.min(high, value))

const numbers: Readonly<Record<string, { run: OnNumber; parameters: readonly [number, number] }>> =
  {
    abs: { run: Math.abs, parameters: [0, 0] },
    ceil: { run: Math.ceil, parameters: [0, 0] },
    floor: { run: Math.floor, parameters: [0, 0] },
    exp: { run: Math.exp, parameters: [0, 0] },
    sqrt: { run: Math.sqrt, parameters: [0, 0] },
    ln: { run: Math.log, parameters: [0, 0] },
    log2: { run: Math.log2, parameters: [0, 0] },
    log10: { run: Math.log10, parameters: [0, 0] },
    sgn: { run: Math.sign, parameters: [0, 0] },
    sin: { run: Math.sin, parameters: [0, 0] },
    cos: { run: Math.cos, parameters: [0, 0] },
    tan: { run: Math.tan, parameters: [0, 0] },
    deg: { run: (value) => (value * 180) / Math.PI, parameters: [0, 0] },
    rad: { run: (value) => (value * Math.PI) / 180, parameters: [0, 0] },
    round: { run: (value, to = 1) => Math.floor(value / to + 0.5) * to, parameters: [0, 1] },
    clamp: { run: clamp, parameters: [2, 2] },
    clamp_min: { run: (value, low = Number.NaN) => Math.max(low, value), parameters: [1, 1] },
    clamp_max: { run: (value, high = Number.NaN) => Math.min(high, value), parameters: [1, 1] },
  }

function callOnNumbers(
  name: string,
  { run, parameters: [fewest, most] }: { run: OnNumber; parameters: readonly [number, number] },
  { args, steps }: Call,
): Value {
  expectCount(name, args, [fewest + 1, most + 1])
  const parameters = args.slice(1).map((arg) => scalarArgument(name, arg))
  return mapped(vectorArgument(name, args[0]), steps, (value, step) =>
    run(value, ...parameters.map((values) => values[step] ?? Number.NaN)),
  )
}

const dateParts: Readonly<Record<string, (date: Date) => number>> = {
  minute: (date) => date.getUTCMinutes(),
  hour: (date) => date.getUTCHours(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_month: (date) => date.getUTCDate(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
  days_in_month: (date) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  day_of_year: (date) =>
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
}

function callOnDates(name: string, part: (date: Date) => number, { args, steps }: Call): Value {
  expectCount(name, args, [0, 1])
  const given = args[0] === undefined ? [timeSeries(steps)] : vectorArgument(name, args[0])
  return mapped(given, steps, (value) => part(new Date(value * 1000)))
}

const specials: Readonly<Record<string, (call: NamedCall) => Value>> = {
  time: ({ name, args, steps }) => {
    expectCount(name, args, [0, 0])
    return { kind: 'scalar', values: timeSeries(steps).values }
  },
  pi: ({ name, args, steps }) => {
    expectCount(name, args, [0, 0])
    return { kind: 'scalar', values: new Float64Array(steps.count).fill(Math.PI) }
  },
  vector: ({ name, args, steps }) => {
    expectCount(name, args, [1, 1])
    const values = scalarArgument(name, args[0])
    const has = new Uint8Array(steps.count).fill(1)
    return { kind: 'vector', series: [{ labels: noLabels, values, has }] }
  },
  scalar: ({ name, args, steps }) => {
    expectCount(name, args, [1, 1])
    const series = vectorArgument(name, args[0])
    const values = Float64Array.from({ length: steps.count }, (_, step) => {
      const found = series.filter(({ has }) => has[step] === 1)
      return found.length === 1 ? (found[0]?.values[step] ?? Number.NaN) : Number.NaN
    })
    return { kind: 'scalar', values }
  },
  timestamp: ({ name, args, steps }) => {
    expectCount(name, args, [1, 1])
    return mapped(vectorArgument(name, args[0]), steps, (_, step) => timeOfStep(steps, step) / 1000)
  },
  absent: ({ name, args, steps, labels }) => {
    expectCount(name, args, [1, 1])
    const series = vectorArgument(name, args[0])
    const result = newSeries(labels, steps.count)
    for (let step = 0; step < steps.count; step += 1) {
      if (series.every(({ has }) => has[step] !== 1)) setValue(result, step, 1)
    }
    return { kind: 'vector', series: [result] }
  },
  absent_over_time: ({ name, args, steps, labels }) => {
    expectCount(name, args, [1, 1])
    const [range] = args
    if (range?.kind !== 'range') throw wrongType(name, 'range vector', range)
    const result = newSeries(labels, steps.count)
    for (let step = 0; step < steps.count; step += 1) setValue(result, step, 1)
    for (const one of range.series) slide(one, range, (_, step) => void (result.has[step] = 0))
    return { kind: 'vector', series: [result] }
  },
  sort: ({ name, args }) => ordered(name, args, 1),
  sort_desc: ({ name, args }) => ordered(name, args, -1),
  label_join: ({ name, args }) => {
    const [vector, ...texts] = args
    expectCount(name, args, [3, 100])
    const [target = '', separator = '', ...from] = texts.map((text) => textArgument(name, text))
    const series = vectorArgument(name, vector).map((one) => {
      const joined = from.map((label) => labelOf(one.labels, label)).join(separator)
      return { ...one, labels: withLabel(one.labels, target, joined) }
    })
    return { kind: 'vector', series }
  },
  label_replace: ({ name, args }) => {
    expectCount(name, args, [5, 5])
    const [vector, ...texts] = args
    const [target = '', replacement = '', from = '', pattern = ''] = texts.map((text) =>
      textArgument(name, text),
    )
    const replace = labelReplacer(pattern, replacement)
    const series = vectorArgument(name, vector).map((one) => {
      const replaced = replace(labelOf(one.labels, from))
      if (replaced === undefined) return one
      return { ...one, labels: withLabel(one.labels, target, replaced) }
    })
    return { kind: 'vector', series }
  },
  histogram_quantile: ({ name, args, steps }) => {
    expectCount(name, args, [2, 2])
    const quantiles = scalarArgument(name, args[0])
    const series = histogramQuantile(quantiles, vectorArgument(name, args[1]), steps)
    return { kind: 'vector', series }
  },
}

/** Sorting shows where there is one step alone. */
function ordered(name: string, args: readonly Value[], sign: number): Value {
  expectCount(name, args, [1, 1])
  const series = vectorArgument(name, args[0]).toSorted(
    (one, other) => sign * ((one.values[0] ?? 0) - (other.values[0] ?? 0)),
  )
  return { kind: 'vector', series }
}

function mapped(
  series: readonly StepSeries[],
  steps: Steps,
  run: (value: number, step: number) => number,
): Value {
  const results = series.map(({ labels, values, has }) => {
    const result = { labels: withoutMetricName(labels), values: new Float64Array(steps.count), has }
    for (let step = 0; step < steps.count; step += 1) {
      if (has[step] === 1) result.values[step] = run(values[step] ?? Number.NaN, step)
    }
    return result
  })
  return { kind: 'vector', series: results }
}

function timeSeries(steps: Steps): StepSeries {
  const values = Float64Array.from({ length: steps.count }, (_, at) => timeOfStep(steps, at) / 1000)
  return { labels: sorted(noLabels), values, has: new Uint8Array(steps.count).fill(1) }
}

function vectorArgument(name: string, value: Value | undefined): readonly StepSeries[] {
  if (value?.kind === 'vector') return value.series
  throw wrongType(name, 'instant vector', value)
}

function scalarArgument(name: string, value: Value | undefined): Float64Array {
  if (value?.kind === 'scalar') return value.values
  throw wrongType(name, 'scalar', value)
}

function textArgument(name: string, value: Value | undefined): string {
  if (value?.kind === 'text') return value.value
  throw wrongType(name, 'string', value)
}

const typeWords = {
  scalar: 'scalar',
  text: 'string',
  vector: 'instant vector',
  range: 'range vector',
} as const

function wrongType(name: string, wanted: string, value: Value | undefined): QueryError {
  const got = value === undefined ? 'nothing' : typeWords[value.kind]
  return new QueryError(
    `1:1: parse error: expected type ${wanted} in call to function "${name}", got ${got}`,
  )
}

function expectCount(name: string, args: readonly Value[], [fewest, most]: [number, number]): void {
  if (args.length >= fewest && args.length <= most) return
  throw new QueryError(
    `1:1: parse error: expected ${fewest === most ? fewest : `${fewest} to ${most}`} argument(s) in call to "${name}", got ${args.length}`,
  )
}
