import { get, request as sendRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { HttpRequest, HttpStream, HttpStreamEvents } from '@millrace/sdk'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FlowPort, type RouteOwner, usualFlowPortLimits } from './flow-port.ts'
import { WorkerHttp } from './worker-http.ts'

let port: FlowPort
let url: string
const sockets: Socket[] = []

beforeEach(async () => {
  port = new FlowPort({ host: '127.0.0.1', port: 0, now: () => 0, limits: usualFlowPortLimits })
  url = await port.listen()
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await port.close()
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 2 })

/** A flow that answers each request with a stream, with the thread between them left out. */
function streaming(path: string, events: HttpStreamEvents = {}, isRaw = false) {
  const owner: RouteOwner = {
    send: (batch) => (batch.kind === 'requests' ? http.onRequests(batch) : http.onStreamed(batch)),
    onBadAnswer: () => undefined,
  }
  const http = new WorkerHttp({
    take: (number, route) => port.take(owner, number, route),
    release: (number) => port.release(owner, number, { park: false }),
    send: (batch) => port.onResponses(batch),
    sendSteps: (batch) => port.onStreams(owner, batch),
    soon: (run) => setImmediate(run),
    onError: (error) => {
      throw error
    },
  })
  const streams: HttpStream[] = []
  const requests: HttpRequest[] = []
  const route = { method: 'GET', path, bodyBytesMax: 0, openMax: 2, takesWebSockets: true }
  const release = http.route(route, (request) => {
    requests.push(request)
    const head = isRaw ? undefined : { status: 200, headers: { 'content-type': 'text/plain' } }
    const stream = http.stream(request.id, head, events)
    if (stream !== undefined) streams.push(stream)
  })
  return { owner, http, streams, requests, release }
}

async function reading(path: string) {
  const response = await new Promise<IncomingMessage>((resolve) => void get(url + path, resolve))
  let text = ''
  let isOver = false
  response.on('data', (chunk: Buffer) => (text += chunk.toString()))
  response.on('error', () => undefined)
  response.on('close', () => (isOver = true))
  return { response, text: () => text, isOver: () => isOver }
}

async function upgraded(path: string, behind = ''): Promise<{ socket: Socket; text(): string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  sockets.push(socket)
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  const lines = [`GET ${path} HTTP/1.1`, 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket']
  socket.write(`${lines.join('\r\n')}\r\n\r\n${behind}`)
  return { socket, text: () => text }
}

test('an answer goes on until it is ended, and what has left is told', async () => {
  const drained: number[] = []
  const { streams } = streaming('/s', { onDrain: () => drained.push(1) })
  const { response, text, isOver } = await reading('/s')
  expect(response.headers).toMatchObject({ 'content-type': 'text/plain' })
  streams[0]?.write('a')
  streams[0]?.write(Buffer.from('xbx').subarray(1, 2))
  await until(() => expect(text()).toBe('ab'))
  await until(() => expect([streams[0]?.bufferedBytes, drained.length]).toEqual([0, 2]))
  streams[0]?.end()
  await until(() => expect(isOver()).toBe(true))
  expect(response.complete).toBe(true)
})

test('the same goes to several clients in one step, and no more clients come than may', async () => {
  const { streams, http } = streaming('/s')
  const [one, other] = [await reading('/s'), await reading('/s')]
  expect((await reading('/s')).response.statusCode).toBe(503)
  for (const stream of streams) stream.write('same')
  for (const stream of streams) stream.write('same')
  await until(() => expect([one.text(), other.text()]).toEqual(['samesame', 'samesame']))
  expect(http.respond('1', { status: 200 })).toBe(false)
})

test('a client that goes away is told of once, and its place is free', async () => {
  let closed = 0
  const { streams } = streaming('/s', { onClose: () => (closed += 1) })
  const clients = [await reading('/s'), await reading('/s')]
  clients[0]?.response.destroy()
  await until(() => expect(closed).toBe(1))
  streams[0]?.write('nobody')
  expect((await reading('/s')).response.statusCode).toBe(200)
})

test.each(['release', 'fail'] as const)('all streams end when the flow does: %s', async (how) => {
  const { owner, release } = streaming('/s')
  const { isOver } = await reading('/s')
  if (how === 'release') release()
  else port.fail(owner)
  await until(() => expect(isOver()).toBe(true))
})

test('what a client does not read is seen, until it reads', async () => {
  const { streams } = streaming('/s')
  const { response, text } = await reading('/s')
  response.pause()
  const block = 'x'.repeat(1_000_000)
  for (let n = 0; n < 20; n += 1) streams[0]?.write(block)
  streams[0]?.write('end')
  expect(streams[0]?.bufferedBytes).toBe(20_000_003)
  response.resume()
  await until(() => expect(text().endsWith('end')).toBe(true))
  await until(() => expect(streams[0]?.bufferedBytes).toBe(0))
})

test('a request for a WebSocket goes on as bytes both ways, from the status line on', async () => {
  const got: string[] = []
  const onData = (bytes: Uint8Array, taken: () => void) => {
    got.push(Buffer.from(bytes).toString())
    taken()
  }
  const { streams } = streaming('/w', { onData }, true)
  const { socket, text } = await upgraded('/w', 'first')
  await until(() => expect(got.join('')).toBe('first'))
  streams[0]?.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  socket.write('second')
  await until(() => expect(got.join('')).toBe('firstsecond'))
  await until(() => expect(text()).toContain('101'))
})

test('reads no more of a client than the flow takes', async () => {
  const pending: (() => void)[] = []
  let bytes = 0
  const onData = (chunk: Uint8Array, taken: () => void) => {
    bytes += chunk.length
    pending.push(taken)
  }
  streaming('/w', { onData }, true)
  const { socket } = await upgraded('/w')
  const block = Buffer.alloc(1_000_000)
  for (let n = 0; n < 30; n += 1) socket.write(block)
  await until(() => expect(bytes).toBeGreaterThan(262_144))
  await until(() => expect(socket.writableLength).toBeGreaterThan(0))
  expect(bytes).toBeLessThan(2_000_000)
  const taking = setInterval(() => pending.splice(0).forEach((taken) => taken()), 1)
  await until(() => expect(bytes).toBe(30_000_000))
  clearInterval(taking)
})

test('refuses a WebSocket as any other request', async () => {
  const { http } = streaming('/w')
  http.route(
    { method: 'GET', path: '/plain', bodyBytesMax: 0, takesWebSockets: true },
    ({ id }) => {
      http.respond(id, { status: 401, body: 'no' })
    },
  )
  const { socket, text } = await upgraded('/plain')
  await until(() => expect(text()).toMatch(/^HTTP\/1\.1 401 .*no$/s))
  await until(() => expect(socket.readableEnded).toBe(true))
})

test('takes other upgrades, and those to plain routes, for plain requests', async () => {
  const { http } = streaming('/w')
  http.route({ method: 'GET', path: '/p', bodyBytesMax: 0 }, ({ id }) => {
    http.respond(id, { status: 200, body: 'plain' })
  })
  const answer = await new Promise<IncomingMessage>((resolve) => {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    sendRequest(`${url}/p`, { headers }, resolve).end()
  })
  answer.resume()
  expect(answer.statusCode).toBe(200)
  const h2c = await new Promise<IncomingMessage>((resolve) => {
    sendRequest(`${url}/w`, { headers: { connection: 'upgrade', upgrade: 'h2c' } }, resolve).end()
  })
  expect(h2c.statusCode).toBe(200)
  h2c.destroy()
})

test.each([
  ['a body in pieces', 'Transfer-Encoding: chunked'],
  ['a body of some length', 'Content-Length: 5'],
])('a WebSocket with %s is refused, and takes no place', async (_what, header) => {
  const { requests } = streaming('/ws', {}, true)
  const ask = async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    sockets.push(socket)
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', () => undefined)
    const lines = [
      'GET /ws HTTP/1.1',
      'Host: a',
      'Connection: Upgrade',
      'Upgrade: websocket',
      header,
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    await until(() => expect(text).toMatch(/^HTTP\/1\.1 4\d\d /))
  }
  for (let n = 0; n < 3; n += 1) await ask()
  await upgraded('/ws')
  await until(() => expect(requests).toHaveLength(1))
})
