import { gzipSync } from 'node:zlib'
import { NodeError, sink, steadyTime } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, KeyedState, Message, NodeContext } from '@millrace/sdk'
import { isAdmitted } from '@millrace/web'
import { labelReader } from '../exposition/label-reader.ts'
import type { Labels } from '../exposition/sample.ts'
import { prometheusExposeDescriptor } from './descriptor.ts'
import { metricRows } from './metric-rows.ts'
import type { MetricRow } from './metric-rows.ts'
import { render } from './render.ts'
import { bucketOf } from './series.ts'
import type { ShownSeries } from './series.ts'

type Context = NodeContext<typeof prometheusExposeDescriptor>

export const prometheusExpose = sink(prometheusExposeDescriptor, (context) => {
  const { config, http, state, timers, clock } = context
  const rows = metricRows(config.metrics, config.labels)
  const labelsOf = labelReader(config.labels)
  const series = state.map<ShownSeries>('series')
  const now = steadyTime(clock)
  const leave = http.route({ method: 'GET', path: config.path, bodyBytesMax: 0 }, (request) => {
    expire(series, config.expireAfterMs, now())
    http.respond(request.id, answerTo(request, { context, rows, series }))
  })
  const sweep = timers.every(sweepMs, () => expire(series, config.expireAfterMs, now()))
  context.status({ state: 'ok', text: `Shows ${rows.length} metrics at ${config.path}` })
  return {
    onMessage: (message) => {
      const labels = labelsOf(message)
      const values = rows.flatMap((row) => valueOf(row, message))
      if (values.length === 0) throw noValue(rows)
      for (const { row, value } of values) {
        const key = JSON.stringify([row.id, ...Object.entries(labels).flat()])
        const one = series.get(key) ?? open(context, series, { row, labels })
        add(one, row, value)
        one.at = now()
        series.set(key, one)
      }
    },
    close: () => {
      leave()
      sweep.cancel()
    },
  }
})

const sweepMs = 30_000

interface RowValue {
  readonly row: MetricRow
  readonly value: number
}

function valueOf(row: MetricRow, message: Message): readonly RowValue[] {
  const value = row.value(message)
  if (value === null || value === undefined) return []
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new NodeError('PROMETHEUS_BAD_VALUE', `The value of ${row.name} is no number.`)
  }
  if (row.type === 'counter' && value < 0) {
    throw new NodeError(
      'PROMETHEUS_BAD_VALUE',
      `${row.name} is a counter, which only grows; the value is ${value}. Make it a gauge.`,
    )
  }
  return [{ row, value }]
}

function open(
  { config }: Context,
  series: KeyedState<ShownSeries>,
  { row, labels }: { readonly row: MetricRow; readonly labels: Labels },
): ShownSeries {
  if (series.size >= config.seriesMax) {
    throw new NodeError(
      'PROMETHEUS_TOO_MANY_SERIES',
      `The node shows ${config.seriesMax} series already: a label has too many values. Take another one, or raise "Most series".`,
    )
  }
  const counts = row.type === 'histogram' ? { counts: row.bounds.map(() => 0).concat(0) } : {}
  return { metric: row.id, labels, value: 0, at: 0, ...counts }
}

function add(series: ShownSeries, row: MetricRow, value: number): void {
  if (row.type === 'gauge' || row.type === 'total') series.value = value
  else series.value += value
  if (series.counts === undefined) return
  const bucket = bucketOf(value, row.bounds)
  series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
}

function expire(series: KeyedState<ShownSeries>, expireAfterMs: number, now: number): void {
  if (expireAfterMs === 0) return
  for (const [key, { at }] of series.entries()) {
    if (now - at > expireAfterMs) series.delete(key)
  }
}

function noValue(rows: readonly MetricRow[]): NodeError {
  const names = rows.map(({ name }) => name).join(', ')
  return new NodeError('PROMETHEUS_NO_VALUE', `The message gives no value for ${names}.`)
}

function answerTo(
  request: HttpRequest,
  parts: {
    readonly context: Context
    readonly rows: readonly MetricRow[]
    readonly series: KeyedState<ShownSeries>
  },
): HttpResponse {
  const { headers } = request
  if (!isAdmitted(parts.context.config, request)) return notAdmitted
  const isOpenMetrics = headers['accept']?.includes('application/openmetrics-text') ?? false
  const text = render(
    parts.rows,
    [...parts.series.entries()].map(([, one]) => one),
    isOpenMetrics,
  )
  const type = isOpenMetrics
    ? 'application/openmetrics-text; version=1.0.0; charset=utf-8'
    : 'text/plain; version=0.0.4; charset=utf-8'
  const isPacked = text.length > packedLengthMin && headers['accept-encoding']?.includes('gzip')
  if (isPacked !== true) return { status: 200, headers: { 'content-type': type }, body: text }
  const packed = { 'content-type': type, 'content-encoding': 'gzip' }
  return { status: 200, headers: packed, body: gzipSync(text) }
}

const packedLengthMin = 1024

const notAdmitted: HttpResponse = {
  status: 401,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'www-authenticate': 'Basic' },
  body: 'Name, password or token is missing or wrong.\n',
}
