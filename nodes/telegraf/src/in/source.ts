import type { Point } from '@millrace/formats'
import { NodeError, source, toOperatingError } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, Message, SourceContext } from '@millrace/sdk'
import { isAdmitted } from '@millrace/web'
import { telegrafInDescriptor } from './descriptor.ts'
import { answerTo, badNamedMax, json, refusal, versionHeaders } from './dialect.ts'
import type { BadLine, Dialect, Verdict } from './dialect.ts'
import { fieldTypes } from './field-types.ts'
import type { FieldKind, FieldTypes } from './field-types.ts'
import { answerQuery, databasesIn } from './query.ts'
import type { Databases } from './query.ts'
import { decodeWritten, encodeWritten, readWritten, writtenOf } from './written.ts'
import type { Written } from './written.ts'

type Context = SourceContext<typeof telegrafInDescriptor>

export const telegrafIn = source(telegrafInDescriptor, (context) => {
  const { config, http, intake, state } = context
  const endpoint: Endpoint = {
    context,
    types: fieldTypes(state.map<FieldKind>('types')),
    databases: databasesIn(state.map<true>('databases')),
    isPaused: false,
  }
  const leaving: (() => void)[] = []
  const stop = (): void => {
    for (const leave of leaving.splice(0)) leave()
  }
  return {
    start: () => {
      const { prefix, bodyBytesMax, openMax } = config
      for (const { method, path, answer } of routes) {
        const route = { method, path: `${prefix}${path}`, bodyBytesMax, openMax }
        leaving.push(http.route(route, (request) => answer(endpoint, request)))
      }
      intake.onReplay((record) => replay(endpoint, decodeWritten(record)))
      context.status({ state: 'ok', text: `Takes points at ${prefix}/write` })
    },
    pause: () => {
      endpoint.isPaused = true
    },
    resume: () => {
      endpoint.isPaused = false
    },
    stop,
    close: stop,
  }
})

interface Endpoint {
  readonly context: Context
  readonly types: FieldTypes
  readonly databases: Databases
  isPaused: boolean
}

/** It was right when it came; the settings may have changed since. */
function replay(endpoint: Endpoint, written: Written): void {
  const { context } = endpoint
  let points: readonly Point[]
  try {
    points = sorted(endpoint, written).points
  } catch (error) {
    context.fail(error, { payload: Uint8Array.from(written.body), time: written.takenAt })
    return
  }
  emitAll(context, written, points)
}

interface EndpointRoute {
  readonly method: string
  readonly path: string
  readonly answer: (endpoint: Endpoint, request: HttpRequest) => void
}

const routes: readonly EndpointRoute[] = [
  { method: 'POST', path: '/write', answer: taking('1') },
  { method: 'POST', path: '/api/v2/write', answer: taking('2') },
  { method: 'POST', path: '/api/v3/write_lp', answer: taking('3') },
  { method: 'POST', path: '/telegraf', answer: taking('http') },
  { method: 'GET', path: '/query', answer: answering },
  { method: 'POST', path: '/query', answer: answering },
  { method: 'GET', path: '/ping', answer: pong },
  { method: 'HEAD', path: '/ping', answer: pong },
  { method: 'GET', path: '/health', answer: healthy },
]

function pong({ context }: Endpoint, { id }: HttpRequest): void {
  context.http.respond(id, { status: 204, headers: versionHeaders })
}

function healthy({ context }: Endpoint, { id }: HttpRequest): void {
  const value = { name: 'influxdb', status: 'pass', message: 'ready for writes', checks: [] }
  context.http.respond(id, json(200, value))
}

function answering({ context, databases }: Endpoint, request: HttpRequest): void {
  const isIn = isAdmitted(context.config, request)
  context.http.respond(request.id, isIn ? answerQuery(request, databases) : notAdmitted('1'))
}

function notAdmitted(dialect: Dialect): HttpResponse {
  return refusal(dialect, 401, dialect === '2' ? 'unauthorized access' : 'authorization failed')
}

function taking(dialect: Dialect): EndpointRoute['answer'] {
  return (endpoint, request) => {
    const { http, config } = endpoint.context
    if (!isAdmitted(config, request)) http.respond(request.id, notAdmitted(dialect))
    else if (endpoint.isPaused) {
      http.respond(request.id, refusal(dialect, 503, 'The flow cannot keep up. Try again later.'))
    } else take(endpoint, dialect, request)
  }
}

function take(endpoint: Endpoint, dialect: Dialect, request: HttpRequest): void {
  const { context, databases } = endpoint
  const { http, clock, intake } = context
  const written = writtenOf(dialect, request, clock.now())
  let read: Sorted
  try {
    read = sorted(endpoint, written)
  } catch (error) {
    const { code, message } = toOperatingError(error)
    http.respond(request.id, refusal(dialect, statuses.get(code) ?? 400, message))
    return
  }
  const verdict: Verdict = { ...read, taken: read.points.length }
  warnOf(context, verdict)
  if (read.points.length === 0) {
    http.respond(request.id, answerTo(dialect, verdict))
    return
  }
  databases.add(written.database)
  const run = (): void => emitAll(context, written, read.points)
  const settled = (error?: unknown): void => {
    const answer = error === undefined ? answerTo(dialect, verdict) : failed(dialect, error, intake)
    http.respond(request.id, answer)
  }
  intake.take(encodeWritten(written), run, settled, { isAwaited: true })
}

const statuses: ReadonlyMap<string, number> = new Map([
  ['WEB_ENCODING_UNKNOWN', 415],
  ['WEB_BODY_TOO_LONG', 413],
  ['FORMAT_LIMIT', 413],
])

interface Sorted {
  readonly points: readonly Point[]
  readonly bad: readonly BadLine[]
  readonly badCount: number
}

/** The points of a write that fit what came before, and the lines that do not. */
function sorted({ context, types }: Endpoint, written: Written): Sorted {
  const { conflicts, unpackedBytesMax } = context.config
  const { points, bad, placeOf } = readWritten(written, unpackedBytesMax)
  if (conflicts === 'accept') return { points, bad, badCount: bad.length }
  const good: Point[] = []
  const all = [...bad]
  for (const [at, point] of points.entries()) {
    const why = types.conflictOf(written.database, point)
    if (why === undefined) good.push(point)
    else if (all.length < badNamedMax) all.push({ ...placeOf(at), why, isConflict: true })
  }
  return { points: good, bad: all, badCount: bad.length + points.length - good.length }
}

function emitAll({ emit }: Context, written: Written, points: readonly Point[]): void {
  for (const point of points) emit.out(messageOf(point, written))
}

function messageOf(point: Point, written: Written): Message {
  const { measurement, tags } = point
  const time = point.time ?? written.takenAt
  const message: Message = {
    payload: { ...point, time },
    topic: measurement,
    key: seriesOf(measurement, tags),
    time,
  }
  if (written.database !== '') message['database'] = written.database
  if (written.retentionPolicy !== '') message['retentionPolicy'] = written.retentionPolicy
  if (written.organization !== '') message['organization'] = written.organization
  return message
}

/** `cpu,cpu=cpu0,host=a`: what InfluxDB knows a series by. */
function seriesOf(measurement: string, tags: Point['tags']): string {
  const names = Object.keys(tags).toSorted()
  return [measurement, ...names.map((name) => `${name}=${tags[name]}`)].join(',')
}

function warnOf({ status, log, config }: Context, { bad, badCount }: Verdict): void {
  const [first] = bad
  if (first === undefined) return
  const text = `${badCount} lines were left out. Line ${first.line}: ${first.why}`
  log.warn(text, { line: first.text, path: config.prefix })
  status({ state: 'warning', text: text.slice(0, 200) })
}

function failed(dialect: Dialect, error: unknown, { isDurable }: Context['intake']): HttpResponse {
  // What was thrown by code of a flow is not for strangers.
  const message = error instanceof NodeError ? error.message : 'The flow could not handle it.'
  return refusal(dialect, isDurable ? 503 : 500, message)
}
