import { gzipSync } from 'node:zlib'
import { NodeError, sink, steadyTime } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, Message, NodeContext } from '@millrace/sdk'
import { isAdmitted } from '@millrace/web'
import { labelReader } from '../exposition/label-reader.ts'
import { prometheusExposeDescriptor } from './descriptor.ts'
import { metricRows } from './metric-rows.ts'
import type { MetricRow } from './metric-rows.ts'
import { render } from './render.ts'
import { SeriesBook } from './series-book.ts'
import type { RowValue } from './series-book.ts'
import type { ShownSeries } from './series.ts'

type Context = NodeContext<typeof prometheusExposeDescriptor>

export const prometheusExpose = sink(prometheusExposeDescriptor, (context) => {
  const { config, http, timers, clock } = context
  const { seriesMax, expireAfterMs, path } = config
  const rows = metricRows(config.metrics, config.labels)
  const labelsOf = labelReader(config.labels)
  const state = context.state.map<ShownSeries>('series')
  const now = steadyTime(clock)
  const book = new SeriesBook({ state, rows, seriesMax, expireAfterMs, now })
  const leave = http.route({ method: 'GET', path, bodyBytesMax: 0 }, (request) => {
    book.expire()
    http.respond(request.id, answerTo(request, { context, rows, book }))
  })
  const sweep = timers.every(sweepMs, () => book.expire())
  context.status({ state: 'ok', text: `Shows ${rows.length} metrics at ${path}` })
  return {
    onMessage: (message) => {
      const values = rows.flatMap((row) => valueOf(row, message))
      if (values.length === 0) throw noValue(rows)
      book.add(labelsOf(message), values)
    },
    close: () => {
      leave()
      sweep.cancel()
    },
  }
})

const sweepMs = 30_000

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

function noValue(rows: readonly MetricRow[]): NodeError {
  const names = rows.map(({ name }) => name).join(', ')
  return new NodeError('PROMETHEUS_NO_VALUE', `The message gives no value for ${names}.`)
}

function answerTo(
  request: HttpRequest,
  parts: {
    readonly context: Context
    readonly rows: readonly MetricRow[]
    readonly book: SeriesBook
  },
): HttpResponse {
  const { headers } = request
  if (!isAdmitted(parts.context.config, request)) return notAdmitted
  const isOpenMetrics = headers['accept']?.includes('application/openmetrics-text') ?? false
  const text = render(parts.rows, parts.book.all(), isOpenMetrics)
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
