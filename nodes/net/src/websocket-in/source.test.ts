import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { checkNodeType, testIntake } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { freePort, isUp, openedThings, payloads, running, until } from '../testing/bench.ts'
import { websocketIn } from './source.ts'

const opened = openedThings()
afterEach(() => opened.closeAll())

async function serve(options: ServerOptions = {}) {
  const port = options.port ?? (await freePort())
  const server = new WebSocketServer({ host: '127.0.0.1', ...options, port })
  await new Promise<void>((resolve) => void server.once('listening', resolve))
  const sockets: WebSocket[] = []
  const got: string[] = []
  const seen: Record<string, unknown>[] = []
  server.on('connection', (socket, { headers, url }) => {
    seen.push({ url, authorization: headers.authorization, protocol: socket.protocol })
    sockets.push(socket)
    socket.on('message', (data: Buffer) => got.push(data.toString()))
  })
  const stop = (): Promise<void> => {
    for (const socket of sockets) socket.terminate()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  opened.add(stop)
  return { url: `ws://127.0.0.1:${port}/live`, port, sockets, got, seen, stop }
}

/** An address that leads to another server, and what that one hears. */
async function redirected(path: string) {
  const headers: IncomingHttpHeaders[] = []
  const { port } = await serve({
    verifyClient: ({ req }: { req: IncomingMessage }) => headers.push(req.headers) > 0,
  })
  const from = createServer((_request, response) => response.end())
  from.on('upgrade', (_request, socket: Duplex) => {
    const location = `ws://127.0.0.1:${port}${path}`
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`)
  })
  const own = await freePort()
  await new Promise<void>((resolve) => void from.listen(own, '127.0.0.1', resolve))
  opened.add(() => from.close())
  return { url: `ws://127.0.0.1:${own}/`, headers }
}

async function connected(config: object, options = {}) {
  const node = running(opened, websocketIn, config, options)
  await node.start()
  return node
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(websocketIn, { url: 'ws://127.0.0.1:9' })).toEqual([])
})

test('signs in, sends its greetings and makes messages of what comes', async () => {
  const { url, sockets, got, seen } = await serve()
  const node = await connected({
    url: `${url}?a=1`,
    auth: 'bearer',
    token: 't',
    protocols: 'one, two',
    greetings: [{ text: 'hello' }, { text: 'subscribe' }],
  })
  await until(() => expect(got).toEqual(['hello', 'subscribe']))
  expect(seen).toEqual([{ url: '/live?a=1', authorization: 'Bearer t', protocol: 'one' }])
  sockets[0]?.send('{"n":1}')
  sockets[0]?.send(Buffer.from('[2]'))
  await until(() => expect(payloads(node)).toEqual([{ n: 1 }, [2]]))
  expect(node.emitted('out')).toMatchObject([
    { peer: { url, isBinary: false } },
    { peer: { isBinary: true } },
  ])
})

test('keeps what came in the log; what is malformed leaves by the error port', async () => {
  const { url, sockets } = await serve()
  const intake = testIntake()
  const node = await connected({ url }, { intake })
  await isUp(node)
  await until(() => expect(sockets).toHaveLength(1))
  for (const text of ['1', '{', '', '2']) sockets[0]?.send(text)
  await until(() => expect(payloads(node)).toEqual([1, 2]))
  expect(node.failures().map(({ code }) => code)).toEqual(['FORMAT_DECODE', 'FORMAT_DECODE'])
  const log = testIntake(intake.records)
  const second = await connected({ url }, { intake: log })
  log.replay(0)
  expect(payloads(second)).toEqual([1, 2])
})

test('comes back, and greets again, when the server does', async () => {
  const first = await serve()
  const node = await connected({ url: first.url, greetings: [{ text: 'again' }] })
  await until(() => expect(first.got).toEqual(['again']))
  await first.stop()
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  const second = await serve({ port: first.port })
  await until(() => expect(second.got).toEqual(['again']))
  expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: `Connected to ${first.url}` })
})

test.each([
  ['verifyClient', 401, 'See "Sign-in"'],
  ['path', 400, 'not with a WebSocket'],
] as const)('says what is wrong when %s refuses', async (how, status, hint) => {
  const refusal: ServerOptions = how === 'path' ? { path: '/else' } : { verifyClient: () => false }
  const { url } = await serve(refusal)
  const node = await connected({ url })
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(node.statuses().at(-1)?.text).toContain(`answers with ${status}`)
  expect(node.statuses().at(-1)?.text).toContain(hint)
})

test('disconnects who sends too much at once, and says so', async () => {
  const { url, sockets } = await serve()
  const node = await connected({ url, messageBytesMax: 100 })
  await until(() => expect(sockets).toHaveLength(1))
  sockets[0]?.send('x'.repeat(101))
  await until(() => expect(node.statuses().some(({ state }) => state === 'error')).toBe(true))
  expect(node.statuses().find(({ state }) => state === 'error')?.text).toContain('payload')
})

test('does not take one to be gone that the flow does not read', async () => {
  const { url, sockets } = await serve()
  const node = await connected({ url, pingEveryMs: 20 })
  await isUp(node)
  await until(() => expect(sockets).toHaveLength(1))
  node.pause()
  let pings = 0
  sockets[0]?.on('ping', () => (pings += 1))
  await until(() => expect(pings).toBeGreaterThan(4))
  sockets[0]?.send('1')
  node.resume()
  await until(() => expect(payloads(node)).toEqual([1]))
  expect(sockets).toHaveLength(1)
})

test('says nothing secret to where a redirect leads', async () => {
  const { url, headers } = await redirected('/elsewhere')
  await connected({
    url,
    auth: 'bearer',
    token: 't',
    secretHeaders: 'X-API-Key: k',
    headers: [{ name: 'X-Site', value: 'a' }],
  })
  await until(() => expect(headers).toHaveLength(1))
  expect(Object.keys(headers[0] ?? {})).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/authorization|x-api-key|x-site/)]),
  )
  expect(headers[0]).toHaveProperty('sec-websocket-key')
})

test('takes one that answers no pings to be gone', async () => {
  const { url, sockets } = await serve({ autoPong: false })
  await connected({ url, pingEveryMs: 20 })
  await until(() => expect(sockets.length).toBeGreaterThan(1))
})
