import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Answer, ServerStatus } from '@millrace/protocol'
import type { Watched } from '../engine-process/watched.ts'
import { Listeners } from '../supervisor/listeners.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { openLiveChannel, type LiveChannel } from './live-channel.ts'

const status: ServerStatus = {
  version: '0.1.0',
  startedAt: 1,
  engine: { state: 'running', restarts: 0 },
  cpuPercent: 0,
  memoryBytes: 1,
}

let server: Server
let channel: LiveChannel
let listeners: Listeners
let watched: Map<string, Watched>
let sockets: Socket[]
let time = 0

beforeEach(async () => {
  server = createServer()
  listeners = new Listeners()
  watched = new Map()
  sockets = []
  time = 0
  const supervisor: Pick<Supervisor, 'on' | 'watch'> = {
    on: (event, listener) => listeners.add(event, listener),
    watch: (flow, wanted) => void watched.set(flow, wanted),
  }
  channel = openLiveChannel({
    server,
    // The channel uses no more of it than this.
    supervisor: supervisor as Supervisor,
    refuse: ({ headers }) => (headers.origin === 'http://evil.example' ? 'foreign' : null),
    hasFlow: (name) => name === 'demo' || name === 'other',
    status: () => status,
    monotonic: () => time,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  for (const socket of sockets) socket.close()
  await channel.close()
})

function connect(headers: Record<string, string> = {}): Socket {
  // A listening server has an address with a port.
  const { port } = server.address() as AddressInfo
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
  })
  sockets.push(socket)
  return socket
}

const ask = (socket: Socket, event: string, body: unknown): Promise<Answer> =>
  socket.timeout(2000).emitWithAck(event, body)

const next = (socket: Socket, event: string): Promise<unknown> =>
  new Promise((resolve) => socket.once(event, resolve))

test('greets an editor with the state of the server', async () => {
  expect(await next(connect(), 'server')).toEqual(status)
})

test('refuses the page of another site', async () => {
  const error = await next(connect({ origin: 'http://evil.example' }), 'connect_error')
  expect(error).toBeInstanceOf(Error)
})

test('sends numbers of a flow to those who look at it, and to nobody else', async () => {
  const [looks, other] = [connect(), connect()]
  expect(await ask(looks, 'watch', { flow: 'demo' })).toEqual({ ok: true })
  expect(await ask(other, 'watch', { flow: 'other' })).toEqual({ ok: true })
  const seen: unknown[] = []
  other.on('counters', (batch) => seen.push(batch))
  const counters = next(looks, 'counters')
  listeners.emit('counters', { flow: 'demo', time: 5, ports: { 'a:out': 1 }, nodes: {} })
  expect(await counters).toMatchObject({ flow: 'demo', ports: { 'a:out': 1 } })
  expect(seen).toEqual([])
})

test('gathers what anybody wants, and nothing once all have gone', async () => {
  const [one, two] = [connect(), connect()]
  await ask(one, 'watch', { flow: 'demo' })
  await ask(one, 'debug', { nodes: ['a'] })
  await ask(two, 'watch', { flow: 'demo' })
  await ask(two, 'debug', { nodes: ['b'] })
  await ask(two, 'tap', { ports: ['a:out'] })
  expect(watched.get('demo')).toEqual({
    isWatched: true,
    debugNodes: ['a', 'b'],
    taps: ['a:out'],
  })
  await ask(one, 'watch', { flow: null })
  await ask(two, 'watch', { flow: 'other' })
  expect(watched.get('demo')).toEqual({ isWatched: false, debugNodes: [], taps: [] })
})

test.each([
  ['watch', undefined],
  ['watch', { flow: 5 }],
  ['watch', { flow: 'x'.repeat(500) }],
  ['watch', { flow: 'nowhere' }],
  ['debug', { nodes: 'all' }],
  ['debug', { nodes: [1] }],
  ['tap', { ports: ['no port'] }],
  ['tap', { ports: Array.from({ length: 21 }, (_, index) => `n${index}:out`) }],
  ['tap', JSON.parse('{"__proto__":{"ports":["a:out"]}}')],
])('answers the malformed event %s %j with a reason', async (event, body) => {
  const answer = await ask(connect(), event, body)
  expect(answer).toMatchObject({ ok: false })
  expect(watched.size).toBe(0)
})

test('does not let one editor flood the server', async () => {
  const socket = connect()
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => ask(socket, 'watch', { flow: null })),
  )
  expect(answers.filter(({ ok }) => ok)).toHaveLength(40)
  time += 1000
  expect(await ask(socket, 'watch', { flow: null })).toEqual({ ok: true })
})
