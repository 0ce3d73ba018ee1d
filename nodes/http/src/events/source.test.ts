import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { checkNodeType, realTime, run } from '@millrace/sdk/testing'
import type { RunOptions } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { httpEvents } from './source.ts'

const opened: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 6000, interval: 2 })

async function serve(answer: (response: ServerResponse, visit: number) => void, at = 0) {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    answer(response, seen.length)
  })
  await new Promise<void>((resolve) => void server.listen(at, '127.0.0.1', resolve))
  const stop = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  opened.push(stop)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}/events`, port, seen, stop }
}

const begin = (response: ServerResponse, text = ''): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`retry: 1\n\n${text}`)
}

async function listening(config: object, options: RunOptions = {}) {
  const node = run(httpEvents, config, { time: realTime(globalThis), ...options })
  opened.push(() => node.close())
  await node.start()
  return node
}

const payloads = (node: { emitted(port: string): readonly { payload: unknown }[] }) =>
  node.emitted('out').map(({ payload }) => payload)

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(httpEvents, { url: 'http://127.0.0.1:9' })).toEqual([])
})

test('makes messages of events, of those named if told so', async () => {
  const text = 'data: {"n":1}\nid: 7\n\nevent: add\ndata: two\n\nevent: other\ndata: 3\n\n'
  const { url, seen } = await serve((response) => begin(response, text))
  const node = await listening({ url, auth: 'bearer', token: 't' })
  await until(() => expect(node.emitted('out')).toHaveLength(3))
  expect(node.emitted('out')).toMatchObject([
    { payload: { n: 1 }, event: { name: 'message', id: '7' } },
    { payload: 'two', event: { name: 'add', id: '7' } },
    { payload: 3 },
  ])
  expect(seen[0]).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer t' })
  const some = await listening({ url, names: 'add, message' })
  await until(() => expect(payloads(some)).toEqual([{ n: 1 }, 'two']))
})

test('comes back where the last id is none that a header carries', async () => {
  const { url, seen } = await serve((response, visit) => {
    begin(response, `id: \u0001\ndata: ${visit}\n\n`)
    response.end()
  })
  const node = await listening({ url })
  await until(() => expect(seen.length).toBeGreaterThan(1))
  expect(seen[1]).not.toHaveProperty('last-event-id')
  expect(payloads(node)[0]).toBe(1)
})

test('asks for what comes after the last event when the stream breaks, and after a crash', async () => {
  const { url, seen } = await serve((response, visit) => {
    begin(response, `id: ${visit}\ndata: ${visit}\n\n`)
    if (visit === 1) response.end()
  })
  const node = await listening({ url })
  await until(() => expect(payloads(node)).toEqual([1, 2]))
  expect(seen.map((headers) => headers['last-event-id'])).toEqual([undefined, '1'])
  const snapshot = node.snapshot()
  await node.stop()
  await listening({ url }, { snapshot })
  await until(() => expect(seen[2]?.['last-event-id']).toBe('2'))
})

test('comes back when the server does', async () => {
  const first = await serve((response) => begin(response, 'data: 1\n\n'))
  const node = await listening({ url: first.url })
  await until(() => expect(payloads(node)).toEqual([1]))
  await first.stop()
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  await serve((response) => begin(response, 'data: 2\n\n'), first.port)
  await until(() => expect(payloads(node)).toEqual([1, 2]))
  expect(node.statuses().at(-1)).toMatchObject({ state: 'ok' })
})

test.each([
  ['sign-in', 401, 'text/event-stream', 'See "Sign-in"'],
  ['something else', 200, 'text/html', 'no stream of events, but text/html'],
] as const)('says what is wrong: %s', async (_what, status, type, part) => {
  const { url } = await serve((response) => {
    response.writeHead(status, { 'content-type': type }).end()
  })
  const node = await listening({ url })
  await until(() => expect(node.statuses().at(-1)?.text).toContain(part))
})

test('connects anew after silence, and leaves out events that are too long', async () => {
  const long = `data: ${'x'.repeat(100)}\n\ndata: ok\n\n`
  const { url, seen } = await serve((response) => begin(response, long))
  const node = await listening({ url, silentMs: 30, eventBytesMax: 50 })
  await until(() => expect(seen.length).toBeGreaterThan(1))
  expect(payloads(node)[0]).toBe('ok')
  expect(node.statuses().map(({ text }) => text)).toContain(
    `Listens to ${url}; 1 events were too long`,
  )
})

test('reads nothing while the flow cannot keep up', async () => {
  let answering: ServerResponse | undefined
  const { url } = await serve((response) => {
    answering = response
    begin(response, 'data: 1\n\n')
  })
  const node = await listening({ url, eventBytesMax: 1_000_000 })
  await until(() => expect(payloads(node)).toEqual([1]))
  node.pause()
  const block = `data: "${'x'.repeat(99_000)}"\n\n`
  for (let n = 0; n < 200; n += 1) answering?.write(block)
  await until(() => expect(answering?.writableLength).toBeGreaterThan(1_000_000))
  expect(payloads(node)).toHaveLength(1)
  node.resume()
  await until(() => expect(payloads(node)).toHaveLength(201))
})

test('lets data that is malformed leave by the error port', async () => {
  const { url } = await serve((response) => begin(response, 'data: {\n\ndata: 1\n\n'))
  const node = await listening({ url, format: 'json' })
  await until(() => expect(payloads(node)).toEqual([1]))
  expect(node.failures()).toMatchObject([{ original: { payload: '{' } }])
})
