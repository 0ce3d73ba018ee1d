import { gunzipSync } from 'node:zlib'
import type { Message } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import type { RunOptions, TestRun } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { parseExposition } from '../exposition/parse-exposition.ts'
import { prometheusExpose } from './sink.ts'

interface Payload {
  readonly t?: number
  readonly n?: number
  readonly s?: number
  readonly d?: string
}
const of = (name: keyof Payload) => (message: Message) => (message.payload as Payload)[name] ?? null

const config = {
  metrics: [
    { id: '1', name: 'temp', type: 'gauge', value: of('t'), help: 'Of the "hall"\\now' },
    { id: '2', name: 'seen_total', type: 'counter', value: of('n'), help: '' },
    { id: '3', name: 'took', type: 'histogram', value: of('s'), help: '', buckets: '0.1, 1' },
  ],
  labels: [{ name: 'device', value: of('d') }],
}

function scrape(node: TestRun, headers: Record<string, string> = {}) {
  const id = node.http.request({ method: 'GET', path: '/metrics', headers })
  return node.http.responseTo(id)
}

const opened = (given: object = {}, options: RunOptions = {}) =>
  run(prometheusExpose, { ...config, ...given }, options)

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(prometheusExpose, config)).toEqual([])
})

test('shows gauges, counters and histograms with their labels', () => {
  const node = opened()
  node.send({ payload: { t: 20, n: 1, d: 'a"b' } })
  node.send({ payload: { t: 21.5, n: 2, d: 'a"b' } })
  for (const s of [0.05, 0.1, 0.5, 7]) node.send({ payload: { s } })
  expect(scrape(node)?.body).toBe(`# HELP temp Of the "hall"\\\\now
# TYPE temp gauge
temp{device="a\\"b"} 21.5
# TYPE seen_total counter
seen_total{device="a\\"b"} 3
# TYPE took histogram
took_bucket{le="0.1"} 2
took_bucket{le="1"} 3
took_bucket{le="+Inf"} 4
took_sum 7.65
took_count 4
`)
  expect(node.failures()).toEqual([])
})

test('speaks OpenMetrics to who asks for it, packed where that gains', () => {
  const node = opened()
  for (let n = 0; n < 100; n += 1) node.send({ payload: { t: n, n: 1, d: `device-${n}` } })
  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'
  const answer = scrape(node, { accept, 'accept-encoding': 'gzip' })
  expect(answer?.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': expect.stringContaining('application/openmetrics-text'),
  })
  const text = gunzipSync(answer?.body ?? '').toString()
  const { samples, about } = parseExposition(text, { isOpenMetrics: true, samplesMax: 1000 })
  expect(samples).toHaveLength(200)
  expect(about.get('seen')).toMatchObject({ type: 'counter' })
})

test('bounds how many series there are', () => {
  const node = opened({ seriesMax: 3 })
  for (const d of ['a', 'b', 'c', 'd', 'a']) node.send({ payload: { t: 1, d } })
  expect(node.failures()).toMatchObject([
    { code: 'PROMETHEUS_TOO_MANY_SERIES', original: { payload: { d: 'd' } } },
  ])
})

test('takes no label that is a text', () => {
  const node = opened()
  node.send({ payload: { t: 1, n: 1, d: 'x'.repeat(1025) } })
  node.send({ payload: { t: 1, d: 'x'.repeat(1024) } })
  expect(node.failures()).toMatchObject([{ code: 'PROMETHEUS_LABEL_TOO_LONG' }])
  expect(scrape(node)?.body).not.toContain('seen_total')
})

test('bounds how long the answer to a scrape is, also after a crash', () => {
  const metrics = [
    { ...config.metrics[2], buckets: Array.from({ length: 100 }, (_, n) => n).join() },
  ]
  const many = { metrics, seriesMax: 100_000 }
  const node = opened(many)
  const label = (n: number) => `${n}`.padEnd(1000, 'x')
  for (let n = 0; n < 200; n += 1) node.send({ payload: { s: 1, d: label(n) } })
  expect(node.failures()[0]).toMatchObject({ code: 'PROMETHEUS_TOO_MANY_SERIES' })
  const shown = 200 - node.failures().length
  expect(shown).toBeGreaterThan(100)
  const after = opened(many, { snapshot: node.snapshot() })
  after.send({ payload: { s: 1, d: label(1) } })
  after.send({ payload: { s: 1, d: label(1000) } })
  expect(after.failures()).toMatchObject([{ code: 'PROMETHEUS_TOO_MANY_SERIES' }])
  after.advance(600_000)
  after.send({ payload: { s: 1, d: label(1000) } })
  expect(after.failures()).toHaveLength(1)
})

test('takes all values of a message in, or none', () => {
  const node = opened({ seriesMax: 1 })
  node.send({ payload: { n: 5 } })
  node.send({ payload: { n: 1, s: 1 } })
  expect(node.failures()).toMatchObject([{ code: 'PROMETHEUS_TOO_MANY_SERIES' }])
  expect(scrape(node)?.body).toContain('seen_total 5\n')
})

test('forgets series that get no new values', () => {
  const node = opened({ expireAfterMs: 60_000, seriesMax: 2 })
  node.send({ payload: { t: 1, d: 'a' } })
  node.advance(40_000)
  node.send({ payload: { t: 2, d: 'b' } })
  node.advance(40_000)
  expect(scrape(node)?.body).toContain('device="b"')
  expect(scrape(node)?.body).not.toContain('device="a"')
  node.send({ payload: { t: 3, d: 'c' } })
  expect(node.failures()).toEqual([])
  node.advance(120_000)
  expect(node.snapshot()).toEqual({ series: [] })
})

test('goes on counting after a crash', () => {
  const node = opened()
  node.send({ payload: { n: 5, s: 0.5 } })
  node.epoch()
  const after = opened({}, { snapshot: node.snapshot() })
  after.send({ payload: { n: 1, s: 0.5 } })
  expect(scrape(after)?.body).toContain('seen_total 6\n')
  expect(scrape(after)?.body).toContain('took_count 2\n')
})

test('fails messages that give no value, or one that cannot be', () => {
  const node = opened()
  node.send({ payload: {} })
  node.send({ payload: { n: -1 } })
  node.send({ payload: { t: Number.NaN } })
  expect(node.failures().map(({ code }) => code)).toEqual([
    'PROMETHEUS_NO_VALUE',
    'PROMETHEUS_BAD_VALUE',
    'PROMETHEUS_BAD_VALUE',
  ])
})

test('shows nothing to strangers where a password is set', () => {
  const node = opened({ admission: 'basic', admitUser: 'ann', admitPassword: 'pw' })
  expect(scrape(node)?.status).toBe(401)
  expect(scrape(node, { authorization: `Basic ${btoa('ann:pw')}` })?.status).toBe(200)
})

test.each([
  [[{ name: 'a', type: 'histogram', value: of('t'), buckets: '1, 0.5' }], /rising order/],
  [[{ name: 'a', type: 'histogram', value: of('t'), buckets: '' }], /rising order/],
  [['a', 'a'].map((name) => ({ name, type: 'gauge', value: of('t') })), /Two metrics are called a/],
])('does not start with metrics that cannot be', (metrics, message) => {
  expect(() => opened({ metrics })).toThrow(message)
})
