import { gzipSync } from 'node:zlib'
import { checkNodeType, dottedPath, run, testIntake } from '@millrace/sdk/testing'
import type { RunOptions, TestCompiler } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { telegrafIn } from './source.ts'

const compiler: TestCompiler = {
  expression: (source) => (message) => dottedPath(source).get(message) ?? null,
}
const arrival = 1_800_000_000_000

async function opened(config: object = {}, options: RunOptions = {}) {
  const node = run(telegrafIn, config, { compiler, startMs: arrival, ...options })
  await node.start()
  const ask = (
    method: string,
    target: string,
    given: { body?: string | Uint8Array; headers?: object } = {},
  ) => {
    const url = new URL(target, 'http://flow')
    const { body = '', headers = {} } = given
    const id = node.http.request({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(headers)),
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    })
    return () => node.http.responseTo(id)
  }
  const write = (target: string, body: string | Uint8Array, headers: object = {}) =>
    ask('POST', target, { body, headers })
  const payloads = () => node.emitted('out').map(({ payload }) => payload)
  return { node, ask, write, payloads }
}

const bodyOf = (answer: { body?: string | Uint8Array } | undefined): unknown =>
  JSON.parse(String(answer?.body))

test('keeps little of names that are long', async () => {
  const { node, write } = await opened()
  const name = 'x'.repeat(100_000)
  write(`/write?db=${'d'.repeat(1000)}`, `m ${name}=1\n${name} v=1`)
  expect(node.emitted('out')).toHaveLength(2)
  expect(JSON.stringify(node.snapshot()).length).toBeLessThan(1000)
  const again = write(`/write?db=${'d'.repeat(1000)}`, `m ${name}="one"`)
  expect(again()?.status).toBe(400)
})

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(telegrafIn, {}, { compiler })).toEqual([])
})

test('makes a message of each point, as InfluxDB 1, 2 and 3 take them', async () => {
  const { node, write } = await opened()
  const lines =
    'cpu,host=a\\ b,cpu=0 idle=12.5,n=3i,up=true,text="x\\"y" 1700000000000000000\nmem free=1'
  expect(write('/write?db=telegraf&rp=week', lines)()).toMatchObject({ status: 204 })
  expect(node.take('out')).toEqual([
    {
      payload: {
        measurement: 'cpu',
        tags: { host: 'a b', cpu: '0' },
        fields: { idle: 12.5, n: 3, up: true, text: 'x"y' },
        time: 1_700_000_000_000,
      },
      topic: 'cpu',
      key: 'cpu,cpu=0,host=a b',
      time: 1_700_000_000_000,
      database: 'telegraf',
      retentionPolicy: 'week',
    },
    {
      payload: { measurement: 'mem', tags: {}, fields: { free: 1 }, time: arrival },
      topic: 'mem',
      key: 'mem',
      time: arrival,
      database: 'telegraf',
      retentionPolicy: 'week',
    },
  ])
  write('/api/v2/write?org=o&bucket=b&precision=s', 'm v=1 1700000000')
  write('/api/v3/write_lp?db=d&precision=millisecond', 'm v=1 1700000000000')
  expect(node.take('out')).toMatchObject([
    { time: 1_700_000_000_000, database: 'b', organization: 'o' },
    { time: 1_700_000_000_000, database: 'd' },
  ])
})

test.each([
  ['n', 1_000_000, 1],
  ['u', 1000, 1],
  ['ms', 1, 1],
  ['s', 2, 2000],
  ['m', 2, 120_000],
  ['h', 2, 7_200_000],
])('reads times of precision %s', async (precision, time, timeMs) => {
  const { node, write } = await opened()
  write(`/write?precision=${precision}`, `m v=1 ${time}`)
  expect(node.emitted('out')[0]?.time).toBe(timeMs)
})

test('unpacks gzip, and refuses what it cannot unpack or what gets too long', async () => {
  const { node, write } = await opened({ unpackedBytesMax: 1024 })
  const packed = { 'content-encoding': 'gzip' }
  expect(write('/write', gzipSync('m v=1'), packed)()?.status).toBe(204)
  expect(write('/write', 'm v=1', packed)()?.status).toBe(400)
  expect(write('/write', gzipSync('m v=1\n'.repeat(1000)), packed)()?.status).toBe(413)
  expect(write('/write', 'm v=1', { 'content-encoding': 'zstd' })()?.status).toBe(415)
  expect(node.emitted('out')).toHaveLength(1)
})

const mixed = '# a comment\nm v=1 1\nm v= 2\n\nm,=x v=3\nm v=4 4'

test('names lines that are wrong as InfluxDB 1 does, and takes in the others', async () => {
  const { node, write, payloads } = await opened()
  const answer = write('/write?db=x', mixed)()
  expect(answer?.status).toBe(400)
  expect(bodyOf(answer)).toEqual({
    error: expect.stringMatching(/^partial write: unable to parse 'm v= 2': line 3: .* dropped=2$/),
  })
  expect(answer?.headers?.['x-influxdb-error']).toContain('partial write')
  expect(payloads()).toMatchObject([{ fields: { v: 1 } }, { fields: { v: 4 } }])
  expect(node.statuses().at(-1)).toMatchObject({
    state: 'warning',
    text: expect.stringContaining('Line 3'),
  })
})

test('names them as InfluxDB 2 and 3 do', async () => {
  const { write } = await opened()
  const two = write('/api/v2/write', mixed)()
  expect([two?.status, bodyOf(two)]).toEqual([
    400,
    { code: 'invalid', message: expect.stringContaining('line 3') },
  ])
  const three = write('/api/v3/write_lp', mixed)()
  expect([three?.status, bodyOf(three)]).toEqual([
    400,
    {
      error: 'partial write of line protocol occurred',
      data: [
        { original_line: 'm v= 2', line_number: 3, error_message: expect.any(String) },
        { original_line: 'm,=x v=3', line_number: 5, error_message: expect.any(String) },
      ],
    },
  ])
})

test('refuses a body in which nothing can be read, and keeps no log of it', async () => {
  const intake = testIntake()
  const { write } = await opened({}, { intake })
  expect(bodyOf(write('/write', '<html>')())).toEqual({
    error: expect.stringMatching(/^unable to parse '<html>': line 1/),
  })
  expect(write('/write?precision=day', 'm v=1 1')()?.status).toBe(400)
  expect(write('/write', '\n# nothing\n')()?.status).toBe(204)
  expect(intake.records).toEqual([])
})

test('refuses points in which a field changes its type, and names the line', async () => {
  const { write, payloads } = await opened()
  write('/write?db=a', 'm v=1,ok=true 1')
  const lines = 'm v=2i 2\n# here\nm text="a\nb" 3\nm v="three" 3\nm v=4 4'
  const answer = write('/write?db=a', lines)()
  expect(answer?.status).toBe(400)
  expect(bodyOf(answer)).toEqual({
    error:
      'partial write: field type conflict: line 5: input field "v" on measurement "m" is type string, already exists as type number dropped=1',
  })
  expect(payloads()).toHaveLength(4)
  expect(write('/api/v2/write?bucket=a', 'm ok=1 5')()?.status).toBe(422)
  // Another database has types of its own.
  expect(write('/write?db=b', 'm ok=1 5')()?.status).toBe(204)
  const tolerant = await opened({ conflicts: 'accept' })
  tolerant.write('/write', 'm v=1 1\nm v="x" 2')
  expect(tolerant.payloads()).toHaveLength(2)
})

test('knows the types again after a restart', async () => {
  const first = await opened()
  first.write('/write', 'm v=1 1')
  first.node.epoch()
  const second = await opened({}, { snapshot: first.node.snapshot() })
  expect(second.write('/write', 'm v="x" 2')()?.status).toBe(400)
})

test('answers once the points are in the log, and gives them to the flow again after a crash', async () => {
  const intake = testIntake()
  const first = await opened({}, { intake })
  const answer = first.write('/write?db=x&precision=s', 'm v=1\nm v=')
  expect(answer()).toBe(undefined)
  intake.sync()
  expect(answer()?.status).toBe(400)
  const log = testIntake(intake.records)
  const second = await opened({}, { intake: log, startMs: arrival + 60_000 })
  log.replay(0)
  expect(second.node.emitted('out')).toEqual(first.node.emitted('out'))
  const lost = second.write('/write', 'm v=2')
  log.sync(new Error('disk full'))
  expect(lost()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
})

test('asks senders to come again while the flow is behind', async () => {
  const { node, write } = await opened()
  node.pause()
  expect(write('/write', 'm v=1')()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  expect(bodyOf(write('/api/v2/write', 'm v=1')())).toMatchObject({ code: 'unavailable' })
  node.resume()
  expect(write('/write', 'm v=1')()?.status).toBe(204)
})

test('lets in only who knows name and password, or the token', async () => {
  const basic = await opened({ admission: 'basic', admitUser: 'u', admitPassword: 'p' })
  expect(basic.write('/write', 'm v=1')()).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="InfluxDB"' },
  })
  expect(basic.write('/write?u=u&p=p', 'm v=1')()?.status).toBe(204)
  expect(basic.ask('GET', '/query?q=show+databases')()?.status).toBe(401)
  const token = await opened({ admission: 'token', admitToken: 'abc' })
  expect(token.write('/api/v2/write', 'm v=1', { authorization: 'Token abc' })()?.status).toBe(204)
  expect(bodyOf(token.write('/api/v2/write', 'm v=1')())).toMatchObject({ code: 'unauthorized' })
})

test('answers what senders ask first', async () => {
  const { ask, write } = await opened()
  expect(ask('GET', '/ping')()).toMatchObject({
    status: 204,
    headers: { 'x-influxdb-version': expect.stringContaining('1.8') },
  })
  expect(bodyOf(ask('GET', '/health')())).toMatchObject({ status: 'pass' })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const created = ask('POST', '/query', {
    body: 'q=CREATE+DATABASE+%22my+plant%22',
    headers: form,
  })()
  expect(bodyOf(created)).toEqual({ results: [{ statement_id: 0 }] })
  write('/write?db=other', 'm v=1')
  const both = 'q=CREATE DATABASE third; SHOW DATABASES'
  expect(bodyOf(ask('GET', `/query?${both}`)())).toEqual({
    results: [
      { statement_id: 0 },
      {
        statement_id: 1,
        series: [
          { name: 'databases', columns: ['name'], values: [['my plant'], ['other'], ['third']] },
        ],
      },
    ],
  })
  expect(bodyOf(ask('GET', '/query?q=SELECT * FROM m')())).toEqual({
    results: [{ statement_id: 0, error: expect.stringContaining('is not answered here') }],
  })
  expect(ask('GET', '/query')()?.status).toBe(400)
})

test("takes Telegraf's and collectd's JSON, and line protocol, at its own path", async () => {
  const { write, payloads } = await opened({ prefix: '/plant' })
  const metric = { name: 'cpu', tags: { host: 'a' }, fields: { idle: 1, text: 'x', none: null } }
  const batch = { metrics: [{ ...metric, timestamp: 1_700_000_000 }] }
  expect(write('/plant/telegraf', JSON.stringify(batch))()?.status).toBe(204)
  write('/plant/telegraf', JSON.stringify({ ...metric, timestamp: 1_700_000_000_123_456_768 }))
  const load = {
    values: [0.5, null, 2],
    dsnames: ['shortterm', 'midterm', 'longterm'],
    time: 1_700_000_000.5,
    host: 'b',
    plugin: 'load',
    plugin_instance: '',
    type: 'load',
    type_instance: '',
  }
  write('/plant/telegraf', JSON.stringify([load]))
  write('/plant/telegraf', 'm v=1 1000000')
  expect(payloads()).toEqual([
    {
      measurement: 'cpu',
      tags: { host: 'a' },
      fields: { idle: 1, text: 'x' },
      time: 1_700_000_000_000,
    },
    expect.objectContaining({ time: expect.closeTo(1_700_000_000_123.456, 2) }),
    {
      measurement: 'load',
      tags: { host: 'b', type: 'load' },
      fields: { shortterm: 0.5, longterm: 2 },
      time: 1_700_000_000_500,
    },
    { measurement: 'm', tags: {}, fields: { v: 1 }, time: 1 },
  ])
  expect(bodyOf(write('/plant/telegraf', '[{"a":1}]')())).toEqual({
    error: expect.stringContaining("neither Telegraf's"),
  })
  expect(write('/plant/telegraf', '{"metrics": ')()?.status).toBe(400)
})

test('answers at once however many lines are wrong', async () => {
  const { write, payloads } = await opened()
  const wrong = bodyOf(write('/write', `m v=1\nn v=\n${'a\n'.repeat(300_000)}`)())
  expect(wrong).toEqual({
    error: expect.stringMatching(/^More than 1000 lines are wrong, so none is taken in. Line 2: /),
  })
  expect(payloads()).toEqual([])
  write('/write', 'm v=1')
  const other = bodyOf(write('/write', `m v=2\n\n${'m v="x\ny"\n'.repeat(100_000)}`)())
  expect(other).toEqual({
    error: expect.stringMatching(/^partial write: .* line 3: .* dropped=100000$/),
  })
  expect(payloads()).toHaveLength(2)
  const all = write('/api/v3/write_lp?db=', 'm v="x\ny"\n#\nm v=""\n\nm v=true')()
  expect(bodyOf(all)).toMatchObject({
    data: [{ line_number: 1 }, { line_number: 4 }, { line_number: 6 }],
  })
})

test('lets a write of the log that is too long by now leave by the error port', async () => {
  const intake = testIntake()
  const first = await opened({}, { intake })
  first.write('/write', gzipSync(`m v="${'x'.repeat(2000)}"`), { 'content-encoding': 'gzip' })
  expect(first.payloads()).toHaveLength(1)
  const log = testIntake(intake.records)
  const { node } = await opened({ unpackedBytesMax: 1024 }, { intake: log })
  log.replay(0)
  expect(node.failures()).toMatchObject([{ code: 'WEB_BODY_TOO_LONG' }])
})
