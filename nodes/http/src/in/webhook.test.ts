import { createHmac } from 'node:crypto'
import { run, testIntake } from '@millrace/sdk/testing'
import type { RunOptions } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { httpIn } from './source.ts'

const json = { 'content-type': 'application/json' }

async function opened(config: object = {}, options: RunOptions = {}) {
  const node = run(httpIn, { path: '/hook', ...config }, options)
  await node.start()
  const send = (body: string, headers: Record<string, string> = {}) => {
    const bytes = new TextEncoder().encode(body)
    const id = node.http.request({ path: '/hook', body: bytes, headers: { ...json, ...headers } })
    return { id, answer: () => node.http.responseTo(id) }
  }
  const payloads = () => node.emitted('out').map(({ payload }) => payload)
  return { node, send, payloads }
}

const errorOf = (answer: { body?: unknown } | undefined) =>
  JSON.parse(String(answer?.body)) as object

test('takes nothing in from who does not sign, says why and counts it', async () => {
  const intake = testIntake()
  const signed = { auth: 'signature', signedBy: 'github', signatureSecret: 's' }
  const { node, send, payloads } = await opened(signed, { intake })
  const signature = createHmac('sha256', 's').update('{"n":1}').digest('hex')
  send('{"n":1}', { 'x-hub-signature-256': `sha256=${signature}` })
  expect(payloads()).toEqual([{ n: 1 }])
  const wrong = [send('{"n":2}', { 'x-hub-signature-256': `sha256=${signature}` }), send('{"n":2}')]
  expect(wrong.map(({ answer }) => answer()?.status)).toEqual([401, 401])
  expect(errorOf(wrong[0]?.answer())).toMatchObject({ code: 'HTTP_UNAUTHORIZED' })
  expect([payloads().length, intake.records.length]).toEqual([1, 1])
  node.advance(1000)
  expect(node.statuses().at(-1)).toEqual({
    state: 'warning',
    text: 'Answers POST /hook; 2 refused with 401',
  })
})

const page = (origin: string) => ({ host: '127.0.0.1:1881', origin })

test.each([
  ['a program', {}, {}, 202],
  ['a page from here', page('http://127.0.0.1:1881'), {}, 202],
  ['a page from elsewhere', page('https://evil.example'), {}, 403],
  ['one that is named', page('https://a.example'), { origins: 'https://a.example' }, 202],
  ['one of all', page('https://evil.example'), { origins: '*' }, 202],
  ['one whose browser knows the password', page('https://evil.example'), { auth: 'basic' }, 403],
  ['one that knows the token', page('https://a.example'), { auth: 'bearer', token: 't' }, 202],
] as const)('takes what %s sends: %j with %j gets %i', async (_who, headers, config, status) => {
  const user = { username: 'u', password: 'p' }
  const { send, payloads } = await opened({ ...user, ...config })
  const [basic, bearer] = [`Basic ${btoa('u:p')}`, 'Bearer t']
  const isBearer = 'auth' in config && config.auth === 'bearer'
  const { answer } = send('1', { ...headers, authorization: isBearer ? bearer : basic })
  await Promise.resolve()
  expect([answer()?.status, payloads()]).toEqual([status, status === 202 ? [1] : []])
})

test('does not open without a secret, nor with a signature that leaves out the body', () => {
  const config = { path: '/hook', auth: 'signature' }
  expect(() => run(httpIn, config)).toThrow(/Set the secret/)
  const custom = { ...config, signedBy: 'custom', signatureSecret: 's', signedText: 'x' }
  expect(() => run(httpIn, custom)).toThrow(/\{body\}/)
})

test.each([
  [{ auth: 'bearer', token: 't' }, 'Bearer t', 202],
  [{ auth: 'bearer', token: 't' }, 'bearer t', 202],
  [{ auth: 'bearer', token: 't' }, 'Bearer T', 401],
  [{ auth: 'bearer', token: 't' }, 'Basic t', 401],
  [{ auth: 'bearer' }, 'Bearer ', 401],
  [{ auth: 'basic', username: 'u', password: 'p:q' }, `Basic ${btoa('u:p:q')}`, 202],
  [{ auth: 'basic', username: 'u', password: 'p' }, `Basic ${btoa('u:')}`, 401],
])('with %j answers "%s" with %i', async (config, authorization, status) => {
  const { send } = await opened(config)
  const answer = send('{}', { authorization }).answer()
  expect(answer?.status).toBe(status)
  expect(answer?.headers?.['www-authenticate'] !== undefined).toBe(status === 401)
})

test('keeps a token out of messages and out of the log', async () => {
  const intake = testIntake()
  const { node, send } = await opened({ auth: 'bearer', token: 'a-secret' }, { intake })
  send('{}', { authorization: 'Bearer a-secret', 'x-a': '1' })
  const [message] = node.emitted('out')
  expect(message).toMatchObject({ request: { headers: { 'x-a': '1' } } })
  expect(JSON.stringify(message)).not.toContain('a-secret')
  expect(Buffer.concat(intake.records).includes('a-secret')).toBe(false)
})

const keyed = (key: string) => ({ 'idempotency-key': key })

test('answers a repeated request as the first, and makes no second message', async () => {
  const { node, send, payloads } = await opened({ isIdempotent: true }, { settlesByHand: true })
  const first = send('{"n":1}', keyed('a'))
  const early = send('{"n":1}', keyed('a'))
  expect([first.answer(), early.answer()]).toEqual([undefined, undefined])
  node.settle(0)
  expect([first.answer(), early.answer()]).toEqual([{ status: 202 }, { status: 202 }])
  expect(send('{"n":1}', keyed('a')).answer()).toEqual({
    status: 202,
    headers: { 'idempotent-replayed': 'true' },
  })
  expect(errorOf(send('{"n":2}', keyed('a')).answer())).toMatchObject({ code: 'HTTP_KEY_REUSED' })
  send('{"n":1}', keyed('b'))
  send('{"n":1}')
  send('{"n":1}')
  expect(payloads()).toHaveLength(4)
})

test('lets a request that failed be sent again', async () => {
  const { node, send, payloads } = await opened({ isIdempotent: true }, { settlesByHand: true })
  const [first, early] = [send('{}', keyed('a')), send('{}', keyed('a'))]
  node.settle(0, new Error('no'))
  expect([first.answer()?.status, early.answer()?.status]).toEqual([500, 500])
  const again = send('{}', keyed('a'))
  node.settle(1)
  expect(again.answer()?.status).toBe(202)
  expect(payloads()).toHaveLength(2)
})

test('repeats the answer of a response node, body and all', async () => {
  const config = { isIdempotent: true, answer: 'response' }
  const { node, send, payloads } = await opened(config, { settlesByHand: true })
  const first = send('{}', keyed('a'))
  const early = send('{}', keyed('a'))
  node.http.respond(first.id, { status: 201, headers: { 'x-a': '1' }, body: 'made' })
  node.settle(0)
  const answer = { status: 201, headers: { 'x-a': '1' }, body: 'made' }
  expect([first.answer(), early.answer()]).toEqual([answer, answer])
  expect(send('{}', keyed('a')).answer()).toMatchObject({ status: 201, body: 'made' })
  expect(payloads()).toHaveLength(1)
})

test('forgets keys after a while, and the oldest over the limit', async () => {
  const { node, send, payloads } = await opened({
    isIdempotent: true,
    idempotencyForMs: 1000,
    idempotencyMax: 2,
  })
  for (const key of ['a', 'b', 'c', 'b', 'a']) send('{}', keyed(key))
  expect(payloads()).toHaveLength(4)
  node.advance(1000)
  send('{}', keyed('a'))
  expect(payloads()).toHaveLength(5)
  expect(node.snapshot()['requests']).toHaveLength(1)
})

test('knows after a crash what was stored, and what is only in the log', async () => {
  const intake = testIntake()
  const config = { isIdempotent: true }
  const first = await opened(config, { intake })
  first.send('{"n":1}', keyed('a'))
  const stored = first.node.snapshot()
  first.send('{"n":2}', keyed('b'))
  intake.sync()
  const log = testIntake(intake.records)
  const second = await opened(config, { intake: log, snapshot: stored })
  const repeated = [second.send('{"n":1}', keyed('a')), second.send('{"n":2}', keyed('b'))]
  expect(repeated.map(({ answer }) => answer()?.status)).toEqual([202, 202])
  expect(second.payloads()).toEqual([])
  log.replay(1)
  expect(second.payloads()).toEqual([{ n: 2 }])
  expect(second.node.snapshot()['requests']).toHaveLength(2)
})

test('makes a message of each element of a batch, with one record in the log', async () => {
  const intake = testIntake()
  const { send, payloads } = await opened({ isBatch: true }, { intake })
  send('[1,{"n":2},[3]]')
  send('{"n":4}')
  expect(payloads()).toEqual([1, { n: 2 }, [3], { n: 4 }])
  expect(intake.records).toHaveLength(2)
})

const event = { specversion: '1.0', id: '1', source: '/s', type: 't.made', site: 'x' }

test('takes CloudEvents in structured, batched and binary mode', async () => {
  const { node, send } = await opened({ shape: 'cloudEvents' })
  const type = (name: string) => ({ 'content-type': name })
  send(JSON.stringify({ ...event, data: { n: 1 } }), type('application/cloudevents+json'))
  send(
    JSON.stringify([{ ...event, data_base64: 'AQI=' }, event]),
    type('application/cloudevents-batch+json; charset=utf-8'),
  )
  send('{"n":2}', {
    'ce-specversion': '1.0',
    'ce-id': '2',
    'ce-source': '/k%C3%BCche',
    'ce-type': 't.made',
  })
  expect(node.emitted('out')).toMatchObject([
    { payload: { n: 1 }, topic: 't.made', event },
    { payload: Uint8Array.of(1, 2), event },
    { payload: null, event },
    {
      payload: { n: 2 },
      event: { id: '2', source: '/küche', datacontenttype: json['content-type'] },
    },
  ])
})

test.each([
  ['application/cloudevents+json', '{"specversion":"1.0","id":"1","type":"t"}', '"source"'],
  ['application/cloudevents+json', '{"specversion":"0.3","id":"1","type":"t","source":"s"}', '1.0'],
  ['application/cloudevents+json', '[]', 'no JSON object'],
  ['application/cloudevents-batch+json', '[{"specversion":"1.0"}]', 'Event 1'],
  ['application/cloudevents+avro', 'x', 'as JSON only'],
  ['application/json', '{}', '"specversion"'],
])('answers 400 to %s %s', async (type, body, part) => {
  const { send, payloads } = await opened({ shape: 'cloudEvents' })
  const answer = send(body, { 'content-type': type }).answer()
  expect(answer?.status).toBe(400)
  expect(errorOf(answer)).toMatchObject({ message: expect.stringContaining(part) })
  expect(payloads()).toEqual([])
})

test('makes Lambda proxy events, and takes them', async () => {
  const maker = await opened({ shape: 'lambda' })
  maker.send('{"n":1}')
  const [made] = maker.payloads()
  expect(made).toMatchObject({
    version: '2.0',
    rawPath: '/hook',
    body: '{"n":1}',
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', sourceIp: '127.0.0.1' } },
  })
  const taker = await opened({ shape: 'inLambda' })
  taker.send(JSON.stringify(made))
  taker.send(
    JSON.stringify({
      httpMethod: 'PUT',
      path: '/a/7',
      pathParameters: { id: '7' },
      headers: { 'Content-Type': 'text/plain' },
      body: 'aGk=',
      isBase64Encoded: true,
    }),
  )
  expect(taker.node.emitted('out')).toMatchObject([
    { payload: { n: 1 }, request: { path: '/hook', method: 'POST' } },
    { payload: 'hi', request: { path: '/a/7', method: 'PUT', params: { id: '7' } } },
  ])
  expect(taker.send('{}').answer()?.status).toBe(400)
})
