import { gzipSync } from 'node:zlib'
import { run } from '@millrace/sdk/testing'
import type { RunOptions } from '@millrace/sdk/testing'
import { checkNodeType, testIntake } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { httpIn } from './source.ts'

async function opened(config: object = {}, options: RunOptions = {}) {
  const node = run(httpIn, { path: '/sensors/:id', ...config }, options)
  await node.start()
  const request = (body: string | Uint8Array, given: object = {}) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    const id = node.http.request({ path: '/sensors/7', body: bytes, ...given })
    return { id, answer: () => node.http.responseTo(id) }
  }
  const json = (body: string, headers: object = { 'content-type': 'application/json' }) =>
    request(body, { headers })
  return { node, request, json }
}

const payloads = (node: { emitted(port: string): readonly { payload: unknown }[] }) =>
  node.emitted('out').map(({ payload }) => payload)

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(httpIn, { path: '/a' })).toEqual([])
})

test('makes a message of a request and answers 202 once it is dealt with', async () => {
  const { node, json } = await opened({}, { settlesByHand: true })
  const { answer } = json('{"n":1}')
  expect(node.emitted('out')).toMatchObject([
    { payload: { n: 1 }, request: { method: 'POST', path: '/sensors/7', params: { id: '7' } } },
  ])
  expect(answer()).toBe(undefined)
  node.settle(0)
  expect(answer()).toEqual({ status: 202 })
})

test('answers 500 when what was made of it could not be delivered', async () => {
  const { node, json } = await opened({}, { settlesByHand: true })
  const { answer } = json('{}')
  node.settle(0, new Error('inner secrets'))
  expect(answer()).toMatchObject({ status: 500, body: expect.stringContaining('could not handle') })
  expect(answer()?.body).not.toContain('secrets')
})

test('answers 202 once the request is in the log, and gives it to the flow again after a crash', async () => {
  const intake = testIntake()
  const first = await opened({}, { intake })
  const { answer } = first.json('{"n":1}')
  expect(payloads(first.node)).toEqual([{ n: 1 }])
  expect(answer()).toBe(undefined)
  intake.sync()
  expect(answer()).toEqual({ status: 202 })
  const log = testIntake(intake.records)
  const second = await opened({}, { intake: log })
  log.replay(0)
  expect(second.node.emitted('out')).toEqual(first.node.emitted('out'))
  const lost = second.json('{"n":2}')
  log.sync(new Error('closed'))
  expect(lost.answer()?.status).toBe(500)
})

test('lets a request of the log that cannot be read any more leave by the error port', async () => {
  const intake = testIntake()
  const first = await opened({ body: 'text' }, { intake })
  first.json('no JSON')
  const log = testIntake(intake.records)
  const { node } = await opened({ body: 'json' }, { intake: log })
  log.replay(0)
  expect(node.failures()).toMatchObject([
    { code: 'HTTP_BODY_NOT_JSON', original: { payload: new TextEncoder().encode('no JSON') } },
  ])
})

test('keeps no log of requests that it refuses, or that wait for their answer', async () => {
  const intake = testIntake()
  const { json } = await opened({}, { intake })
  expect(json('{').answer()?.status).toBe(400)
  const waiting = await opened({ answer: 'response' }, { intake })
  waiting.json('{}')
  expect(intake.records).toEqual([])
})

test('says where JSON does not parse', async () => {
  const { node, json } = await opened()
  const { answer } = json('{\n  "a": 1,\n  "b": }')
  expect(node.emitted()).toEqual([])
  expect(answer()?.status).toBe(400)
  expect(JSON.parse(String(answer()?.body))).toMatchObject({
    code: 'HTTP_BODY_NOT_JSON',
    line: 3,
    column: 8,
    message: "Line 3, column 8: Unexpected token '}'.",
  })
})

test('makes a message of each JSON line, or none when one is broken', async () => {
  const { node, json } = await opened({ body: 'ndjson' })
  expect(json('{"n":1}\n\n{"n":2}\r\n').answer()).toEqual({ status: 202 })
  expect(payloads(node)).toEqual([{ n: 1 }, { n: 2 }])
  const broken = json('{"n":3}\n{"n":4\n{"n":5}')
  expect(payloads(node)).toHaveLength(2)
  expect(JSON.parse(String(broken.answer()?.body))).toMatchObject({ line: 2, column: 7 })
})

test.each([
  ['application/json; charset=utf-8', '[1]', [1]],
  ['application/vnd.api+json', '{"a":1}', { a: 1 }],
  ['text/csv', '1,2', '1,2'],
  ['application/x-www-form-urlencoded', 'a=1&b=2&b=3', { a: '1', b: ['2', '3'] }],
  ['application/octet-stream', '1', Uint8Array.of(49)],
  [undefined, '{"a":1}', { a: 1 }],
  [undefined, 'hello', 'hello'],
])('reads a body of type %s', async (type, body, payload) => {
  const { node, json } = await opened()
  json(body, type === undefined ? {} : { 'content-type': type })
  expect(payloads(node)).toEqual([payload])
})

test('gives the query of a request without a body', async () => {
  const { node, request } = await opened({ method: 'GET' })
  request('', { method: 'GET', query: { from: '1', tag: ['a', 'b'] } })
  expect(payloads(node)).toEqual([{ from: '1', tag: ['a', 'b'] }])
})

test('unpacks gzip, up to the longest body', async () => {
  const { node, request } = await opened({ bodyBytesMax: 1000 })
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  request(gzipSync('{"n":1}'), { headers })
  expect(payloads(node)).toEqual([{ n: 1 }])
  expect(request(gzipSync('9'.repeat(1001)), { headers }).answer()?.status).toBe(413)
  expect(request('no gzip', { headers }).answer()?.status).toBe(400)
  const strange = { ...headers, 'content-encoding': 'zz' }
  expect(request('x', { headers: strange }).answer()?.status).toBe(415)
})

test('refuses JSON that is nested too deep', async () => {
  const { json } = await opened()
  const { answer } = json('['.repeat(100_000) + ']'.repeat(100_000))
  expect(answer()).toMatchObject({ status: 400, body: expect.stringContaining('200 levels') })
  expect(json(JSON.stringify({ text: '['.repeat(1000) })).answer()?.status).toBe(202)
})

test('keeps a key named __proto__ to itself', async () => {
  const { node, json } = await opened()
  json('{"__proto__":{"polluted":1}}')
  json('__proto__=1', { 'content-type': 'application/x-www-form-urlencoded' })
  expect(payloads(node)).toHaveLength(2)
  expect(({} as { polluted?: number }).polluted).toBe(undefined)
})

test('answers 503 with Retry-After while paused', async () => {
  const { node, json } = await opened()
  node.pause()
  const { answer } = json('{}')
  expect(answer()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  expect(node.emitted()).toEqual([])
  node.resume()
  expect(json('{}').answer()?.status).toBe(202)
})

test('leaves the answer to a response node, and answers when the flow has not', async () => {
  const { node, json } = await opened({ answer: 'response' }, { settlesByHand: true })
  const answered = json('{}')
  node.http.respond(answered.id, { status: 201 })
  node.settle(0)
  expect(answered.answer()).toEqual({ status: 201 })
  const forgotten = json('{}')
  node.settle(1)
  expect(forgotten.answer()).toMatchObject({ status: 500 })
  expect(forgotten.answer()?.body).toContain('HTTP_NOT_ANSWERED')
})

test('gives its route back when it is stopped', async () => {
  const { node } = await opened({ openMax: 5 })
  expect(node.http.routes).toEqual([
    {
      method: 'POST',
      path: '/sensors/:id',
      bodyBytesMax: 1_048_576,
      answerWithinMs: 30_000,
      openMax: 5,
    },
  ])
  await node.stop()
  expect(node.http.routes).toEqual([])
  await node.close()
})

test('reads bodies of other formats, and says where one is wrong', async () => {
  const { node, request } = await opened({ body: 'csv', csvDelimiter: ';' })
  expect(request('n;s\n1;a\n2;b').answer()).toEqual({ status: 202 })
  expect(payloads(node)).toEqual([
    { n: 1, s: 'a' },
    { n: 2, s: 'b' },
  ])
  const { answer } = request('n;s\n1;"a')
  expect(answer()?.status).toBe(400)
  expect(JSON.parse(String(answer()?.body))).toEqual({
    code: 'FORMAT_DECODE',
    message: 'Line 2, column 3: a quote is opened here and never closed.',
    line: 2,
    column: 3,
  })
  const packed = await opened({ body: 'msgpack' })
  const headers = { 'content-encoding': 'gzip' }
  packed.request(gzipSync(Uint8Array.of(0x92, 1, 2)), { headers })
  expect(payloads(packed.node)).toEqual([[1, 2]])
})
