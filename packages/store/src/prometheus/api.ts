import { evaluate } from './evaluate.ts'
import { labelOf } from './labels.ts'
import type { Labels } from './labels.ts'
import { durationMs } from './lexer.ts'
import { parseQuery, parseSelector } from './parser.ts'
import { QueryError } from './query-error.ts'
import type { SampleSource } from './sample-source.ts'
import { newRoom, timeOfStep } from './series-value.ts'
import type { StepSeries, Steps, Value } from './series-value.ts'
import { toStoreError } from '../store-error.ts'

export interface ApiCall {
  /** Below the base path, such as `/api/v1/query`. */
  readonly path: string
  readonly parameters: readonly (readonly [string, string])[]
  readonly nowMs: number
  readonly version: string
}

export interface ApiReply {
  readonly status: number
  readonly body: string
}

/** As Prometheus has them. */
const [stepsMax, usualLookbackMs] = [11_000, 300_000]
const samplesMax = 5_000_000
const seriesListMax = 100_000

/** Answers the HTTP API of Prometheus, as far as it reads. Never throws. */
export function answerPrometheus(call: ApiCall, source: SampleSource): ApiReply {
  try {
    const data = dataOf(call, source)
    if (data === undefined) return failure(404, 'not_found', `there is nothing at ${call.path}`)
    return { status: 200, body: JSON.stringify({ status: 'success', data }) }
  } catch (error) {
    if (error instanceof QueryError) {
      return failure(error.kind === 'bad_data' ? 400 : 422, error.kind, error.message)
    }
    const { code, message } = toStoreError(error)
    const isTooMuch = code === 'STORE_TOO_MUCH'
    return failure(isTooMuch ? 422 : 500, isTooMuch ? 'execution' : 'internal', message)
  }
}

export function failure(status: number, errorType: string, error: string): ApiReply {
  return { status, body: JSON.stringify({ status: 'error', errorType, error }) }
}

function dataOf(call: ApiCall, source: SampleSource): unknown {
  const name = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(call.path)?.[1]
  if (name !== undefined) return labelValues(call, source, decodeURIComponent(name))
  switch (call.path) {
    case '/api/v1/query':
      return instantQuery(call, source)
    case '/api/v1/query_range':
      return rangeQuery(call, source)
    case '/api/v1/series':
      return foundLabels(call, source).map((labels) => Object.fromEntries(labels))
    case '/api/v1/labels':
      return labelNames(call, source)
    case '/api/v1/metadata':
      return metadata(call, source)
    case '/api/v1/status/buildinfo':
      return { version: '2.55.0', application: 'Millrace', revision: call.version, goVersion: '' }
    case '/api/v1/rules':
      return { groups: [] }
    case '/api/v1/alerts':
      return { alerts: [] }
    case '/api/v1/query_exemplars':
      return []
    default:
      return undefined
  }
}

function instantQuery(call: ApiCall, source: SampleSource): unknown {
  const steps: Steps = { startMs: timeOf(call, 'time') ?? call.nowMs, stepMs: 1, count: 1 }
  const value = evaluated(call, source, steps)
  const at = steps.startMs / 1000
  switch (value.kind) {
    case 'scalar':
      return { resultType: 'scalar', result: [at, text(value.values[0])] }
    case 'text':
      return { resultType: 'string', result: [at, value.value] }
    case 'vector':
      return { resultType: 'vector', result: value.series.flatMap((one) => instantOf(one, at)) }
    case 'range':
      return { resultType: 'matrix', result: value.series.map(sampledOf) }
  }
}

function instantOf({ labels, values, has }: StepSeries, at: number): unknown[] {
  if (has[0] !== 1) return []
  return [{ metric: Object.fromEntries(labels), value: [at, text(values[0])] }]
}

function sampledOf({ labels, samples }: Extract<Value, { kind: 'range' }>['series'][number]) {
  const values = Array.from({ length: samples.count }, (_, at) => {
    return [(samples.times[at] ?? 0) / 1000, text(samples.values[at])]
  })
  return { metric: Object.fromEntries(labels), values }
}

function rangeQuery(call: ApiCall, source: SampleSource): unknown {
  const steps = stepsOf(call)
  const value = evaluated(call, source, steps)
  if (value.kind === 'range' || value.kind === 'text') {
    throw new QueryError(
      `invalid expression type "${value.kind === 'text' ? 'string' : 'range vector'}" for range query, must be Scalar or instant Vector`,
    )
  }
  if (value.kind === 'scalar') {
    const has = new Uint8Array(steps.count).fill(1)
    const series = { labels: [], values: value.values, has }
    return { resultType: 'matrix', result: [stepsValues(series, steps)] }
  }
  const series = value.series.filter(({ has }) => has.includes(1))
  return { resultType: 'matrix', result: series.map((one) => stepsValues(one, steps)) }
}

function stepsValues({ labels, values, has }: StepSeries, steps: Steps) {
  const found: [number, string][] = []
  for (let step = 0; step < steps.count; step += 1) {
    if (has[step] === 1) found.push([timeOfStep(steps, step) / 1000, text(values[step])])
  }
  return { metric: Object.fromEntries(labels), values: found }
}

function stepsOf(call: ApiCall): Steps {
  const startMs = expectTime(call, 'start')
  const endMs = expectTime(call, 'end')
  const stepMs = durationOf(call, 'step') ?? Number.NaN
  if (endMs < startMs) {
    throw new QueryError('invalid parameter "end": end timestamp must not be before start time')
  }
  if (!(stepMs > 0)) {
    throw new QueryError(
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  }
  const count = Math.floor((endMs - startMs) / stepMs) + 1
  if (count <= stepsMax + 1) return { startMs, stepMs, count }
  throw new QueryError(
    'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
  )
}

function evaluated(call: ApiCall, source: SampleSource, steps: Steps): Value {
  const query = parseQuery(parameter(call, 'query') ?? '')
  const lookbackMs = durationOf(call, 'lookback_delta') ?? usualLookbackMs
  const budget = { samples: samplesMax }
  return evaluate(query, { source, steps, lookbackMs, budget, room: newRoom() })
}

function foundLabels(call: ApiCall, source: SampleSource): readonly Labels[] {
  const selectors = call.parameters.filter(([name]) => name === 'match[]').map(([, one]) => one)
  if (call.path === '/api/v1/series' && selectors.length === 0) {
    throw new QueryError('no match[] parameter provided')
  }
  const range = {
    from: timeOf(call, 'start') ?? -Infinity,
    to: timeOf(call, 'end') ?? Infinity,
  }
  const found = source.labels(selectors.map(parseSelector), range)
  return found.slice(0, limitOf(call))
}

function labelNames(call: ApiCall, source: SampleSource): readonly string[] {
  const names = foundLabels(call, source).flatMap((labels) => labels.map(([name]) => name))
  return [...new Set(names)].toSorted().slice(0, limitOf(call))
}

function labelValues(call: ApiCall, source: SampleSource, name: string): readonly string[] {
  const values = foundLabels(call, source).map((labels) => labelOf(labels, name))
  const found = new Set(values.filter((value) => value !== ''))
  return [...found].toSorted().slice(0, limitOf(call))
}

/** Of what kind a metric is, nobody said. */
function metadata(call: ApiCall, source: SampleSource): unknown {
  const wanted = parameter(call, 'metric')
  const names = new Set(foundLabels(call, source).map((labels) => labelOf(labels, '__name__')))
  const entries = [...names]
    .filter((name) => wanted === undefined || wanted === '' || name === wanted)
    .map((name) => [name, [{ type: 'unknown', help: '', unit: '' }]] as const)
  return Object.fromEntries(entries.slice(0, limitOf(call)))
}

/** 0 and absence set no limit but our own. */
function limitOf(call: ApiCall): number {
  const limit = parameter(call, 'limit')
  if (limit === undefined || limit === '0') return seriesListMax
  if (/^\d{1,9}$/.test(limit)) return Math.min(seriesListMax, Number(limit))
  throw new QueryError('invalid parameter "limit": it must be a whole number from 0')
}

function parameter({ parameters }: ApiCall, name: string): string | undefined {
  return parameters.find(([known]) => known === name)?.[1]
}

function expectTime(call: ApiCall, name: string): number {
  const time = timeOf(call, name)
  if (time !== undefined) return time
  throw new QueryError(`invalid parameter "${name}": cannot parse "" to a valid timestamp`)
}

const timeMaxMs = 8_640_000_000_000_000

/** Seconds since the epoch, or RFC 3339. */
function timeOf(call: ApiCall, name: string): number | undefined {
  const given = parameter(call, name)
  if (given === undefined || given === '') return undefined
  const seconds = /^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/.test(given) ? Number(given) : Number.NaN
  const isDate = /^\d{4}-\d\d-\d\dT/.test(given)
  const time = isDate ? Date.parse(given) : Math.round(seconds * 1000)
  // Go's clients write the least and the greatest time for none.
  if (Math.abs(time) > timeMaxMs) return time < 0 ? -timeMaxMs : timeMaxMs
  if (!Number.isNaN(time)) return time
  const shown = given.slice(0, 100)
  throw new QueryError(`invalid parameter "${name}": cannot parse "${shown}" to a valid timestamp`)
}

function durationOf(call: ApiCall, name: string): number | undefined {
  const given = parameter(call, name)
  if (given === undefined || given === '') return undefined
  const found = /^[\d.]+(?:[eE][-+]?\d+)?$/.test(given) ? Number(given) * 1000 : durationMs(given)
  if (found !== undefined && Number.isFinite(found)) return found
  const shown = given.slice(0, 100)
  throw new QueryError(`invalid parameter "${name}": cannot parse "${shown}" to a valid duration`)
}

function text(value: number | undefined): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value ?? Number.NaN)
}
