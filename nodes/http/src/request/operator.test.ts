import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { checkNodeType, realTime, run } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { httpRequest } from './operator.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

const opened: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

function node(config: object) {
  const opened_ = run(httpRequest, config, { time: realTime(globalThis) })
  opened.push(() => opened_.close())
  return opened_
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 2 })
const path = (base: string) => (message: { topic?: string }) => `${base}/${message.topic ?? ''}`

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(httpRequest, { url: () => 'http://x' })).toEqual([])
})

test('puts the answer in the payload and keeps the rest of the message', async () => {
  const base = await serve((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ url: request.url }))
  })
  const call = node({ url: path(base) })
  const sent = call.send({ payload: 1, topic: 'a', site: 'x' })
  await until(() => expect(sent.isSettled).toBe(true))
  expect(sent.error).toBe(undefined)
  expect(call.emitted('out')).toMatchObject([
    { payload: { url: '/a' }, topic: 'a', site: 'x', response: { status: 200, url: `${base}/a` } },
  ])
})

test('sends method, body, headers and credentials', async () => {
  const seen: object[] = []
  const base = await serve(({ method, headers }, response, body) => {
    const { authorization, 'content-type': type, 'x-site': site } = headers
    seen.push({ method, body, authorization, type, site })
    response.end()
  })
  const headers = [{ name: 'X-Site', value: () => 'a' }]
  const common = { url: () => base, headers }
  node({ ...common, method: 'POST', auth: 'bearer', token: 't' }).send({ payload: { n: 1 } })
  await until(() => expect(seen).toHaveLength(1))
  const basic = { auth: 'basic', username: 'u', password: 'p' }
  node({ ...common, method: 'PUT', ...basic, body: () => 'text' }).send({})
  await until(() => expect(seen).toHaveLength(2))
  expect(seen).toEqual([
    {
      method: 'POST',
      body: '{"n":1}',
      authorization: 'Bearer t',
      type: 'application/json',
      site: 'a',
    },
    {
      method: 'PUT',
      body: 'text',
      authorization: `Basic ${btoa('u:p')}`,
      type: 'text/plain; charset=utf-8',
      site: 'a',
    },
  ])
})

test.each([
  ['json', 'text/html', '{"a":1}', { a: 1 }],
  ['text', 'application/json', '{"a":1}', '{"a":1}'],
  ['binary', 'text/plain', 'a', Uint8Array.of(97)],
  ['auto', 'text/plain', 'a', 'a'],
  ['auto', 'application/x-ndjson', '1\n2', [1, 2]],
  ['auto', 'application/json', '', null],
])('reads an answer as %s of type %s', async (format, type, body, payload) => {
  const base = await serve((_request, response) => {
    response.setHeader('content-type', type)
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(body))
  })
  const call = node({ url: () => base, response: format })
  call.send({})
  await until(() => expect(call.emitted('out').map((each) => each.payload)).toEqual([payload]))
})

test('sends and reads the formats that it is told', async () => {
  const seen: object[] = []
  const base = await serve(({ headers }, response, body) => {
    seen.push({ type: headers['content-type'], body })
    response.end('n\n1\n2\n')
  })
  const formats = { bodyFormat: 'ndjson', response: 'csv' }
  const call = node({ url: path(base), method: 'POST', ...formats })
  const sent = call.send({ payload: [{ a: 1 }, { a: 2 }] })
  await until(() => expect(sent.isSettled).toBe(true))
  expect(seen).toEqual([{ type: 'application/x-ndjson', body: '{"a":1}\n{"a":2}\n' }])
  expect(call.emitted('out')).toMatchObject([{ payload: [{ n: 1 }, { n: 2 }] }])
})

test('keeps the order of the messages, with several requests at a time', async () => {
  const waiting: (() => void)[] = []
  const base = await serve((request, response) => {
    waiting.push(() => response.end(request.url))
    if (waiting.length === 3) for (const answer of waiting.toReversed()) answer()
  })
  const call = node({ url: path(base), response: 'text', concurrency: 3 })
  call.sendAll(['1', '2', '3'].map((topic) => ({ topic })))
  await until(() => expect(call.emitted('out')).toHaveLength(3))
  expect(call.emitted('out').map(({ payload }) => payload)).toEqual(['/1', '/2', '/3'])
})

test('passes answers on as they come when order does not matter', async () => {
  let answerSlow: () => void = () => undefined
  const base = await serve((request, response) => {
    if (request.url === '/slow') answerSlow = () => response.end('/slow')
    else response.end(request.url)
  })
  const call = node({ url: path(base), response: 'text', isOrdered: false })
  call.sendAll([{ topic: 'slow' }, { topic: 'quick' }])
  await until(() => expect(call.emitted('out')).toHaveLength(1))
  answerSlow()
  await until(() => expect(call.emitted('out')).toHaveLength(2))
  expect(call.emitted('out').map(({ payload }) => payload)).toEqual(['/quick', '/slow'])
})

test('makes no more requests at a time than allowed, and slows the flow', async () => {
  let open = 0
  let most = 0
  const release: (() => void)[] = []
  const base = await serve((_request, response) => {
    open += 1
    most = Math.max(most, open)
    release.push(() => {
      open -= 1
      response.end()
    })
  })
  const call = node({ url: () => base, concurrency: 2 })
  call.sendAll(Array.from({ length: 20 }, () => ({})))
  expect(call.isPressing).toBe(true)
  await until(() => {
    release.shift()?.()
    expect(call.openHolds).toBe(0)
  })
  expect(most).toBe(2)
  expect(call.isPressing).toBe(false)
})

test('tries again after a failure of the server', async () => {
  let count = 0
  const base = await serve((_request, response) => {
    count += 1
    response.statusCode = count < 3 ? 503 : 200
    response.setHeader('retry-after', '0')
    response.end('done')
  })
  const call = node({ url: () => base, response: 'text' })
  call.send({})
  await until(() => expect(call.emitted('out')).toMatchObject([{ payload: 'done' }]))
  expect(count).toBe(3)
})

test('lets a message leave by the error port with status and answer', async () => {
  const base = await serve((_request, response) => {
    response.statusCode = 404
    response.end('no such site')
  })
  const call = node({ url: () => `${base}/x?key=1` })
  const sent = call.send({ payload: 1 })
  await until(() => expect(sent.isSettled).toBe(true))
  const [failure] = call.failures()
  expect(failure).toMatchObject({
    code: 'HTTP_STATUS',
    message: `GET ${base}/x?… was answered with 404 Not Found.`,
    original: { payload: 1, response: { status: 404, body: 'no such site' } },
  })
})

test.each([
  ['nothing listens there', 'http://127.0.0.1:1', 'HTTP_FAILED'],
  ['the address is none', 'ftp://x', 'HTTP_BAD_URL'],
  ['the address is link-local', 'http://169.254.169.254/latest', 'HTTP_ADDRESS_REFUSED'],
  ['that is written as a number', 'http://2852039166/', 'HTTP_ADDRESS_REFUSED'],
  ['or mapped to IPv6', 'http://[::ffff:169.254.169.254]/', 'HTTP_ADDRESS_REFUSED'],
  ['or is one of IPv6', 'http://[fe80::1]/', 'HTTP_ADDRESS_REFUSED'],
])('fails when %s', async (_what, url, code) => {
  const call = node({ url: () => url, retries: 0 })
  call.send({})
  await until(() => expect(call.failures()).toMatchObject([{ code }]))
})

test('follows redirects, but not to a link-local address, nor with credentials elsewhere', async () => {
  const seen: (string | undefined)[] = []
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('other')
  })
  const targets: Record<string, string> = {
    '/evil': 'http://169.254.169.254/',
    '/other': other,
    '/here': '/end',
    '/loop': '/loop',
  }
  const base = await serve((request, response) => {
    const location = targets[request.url ?? '']
    if (location === undefined) response.end(`end ${request.method}`)
    else response.writeHead(302, { location }).end()
  })
  const config = { url: path(base), method: 'POST', response: 'text', retries: 0 }
  const call = node({ ...config, auth: 'bearer', token: 't' })
  call.sendAll(['here', 'other', 'evil', 'loop'].map((topic) => ({ topic })))
  await until(() => expect(call.openHolds).toBe(0))
  expect(call.emitted('out').map(({ payload }) => payload)).toEqual(['end GET', 'other'])
  expect(seen).toEqual([undefined])
  expect(call.failures().map(({ code }) => code)).toEqual([
    'HTTP_ADDRESS_REFUSED',
    'HTTP_REDIRECTS',
  ])
})

test('bounds time and size of an answer', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/slow') return
    response.end(request.url === '/packed' ? 'x' : 'x'.repeat(1001))
  })
  const call = node({ url: path(base), retries: 0, timeoutMs: 50, responseBytesMax: 1000 })
  call.sendAll([{ topic: 'slow' }, { topic: 'long' }])
  await until(() => expect(call.openHolds).toBe(0))
  const codes = call.failures().map(({ code }) => code)
  expect(codes).toEqual(['HTTP_TIMEOUT', 'HTTP_RESPONSE_TOO_LONG'])
})

test('lets go of everything when it is closed', async () => {
  const base = await serve(() => undefined)
  const call = node({ url: () => base })
  call.send({})
  await call.close()
  await until(() => expect(call.openHolds).toBe(0))
  expect(call.failures()).toEqual([])
})

test('says on its card that the server is away, and that it is back', async () => {
  const base = await serve((_request, response) => response.end('1'))
  let isAway = true
  const call = node({ url: () => (isAway ? 'http://127.0.0.1:1/secret?key=a' : base), retries: 0 })
  const failed = call.send({ payload: 1 })
  await until(() => expect(failed.isSettled).toBe(true))
  expect(call.statuses()).toMatchObject([
    { state: 'warning', text: expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:1 failed: /u) },
  ])
  isAway = false
  const passed = call.send({ payload: 2 })
  await until(() => expect(passed.isSettled).toBe(true))
  expect(call.statuses().at(-1)).toEqual({ state: 'ok', text: '' })
})
