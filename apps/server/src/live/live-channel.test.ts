import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Answer } from '@millrace/protocol'
import { openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'

let it: TestServer
let sockets: Socket[] = []

beforeEach(async () => {
  it = await openTestServer()
  for (const name of ['demo', 'other']) {
    await it.send('POST', '/api/flows', { body: { name, title: name } })
  }
})

afterEach(async () => {
  for (const socket of sockets) socket.close()
  sockets = []
  await it.end()
  await removeFolder(it.folder)
})

function connect(headers: Record<string, string> = {}): Socket {
  const socket = io(`http://127.0.0.1:${it.port}`, {
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
  })
  sockets.push(socket)
  return socket
}

const ask = (socket: Socket, event: string, ...body: unknown[]): Promise<Answer> =>
  socket.timeout(2_000).emitWithAck(event, ...body)

// oxlint-disable-next-line no-explicit-any -- tests look into what comes as they like
const next = (socket: Socket, event: string): Promise<any> =>
  new Promise((resolve) => {
    socket.once(event, resolve)
  })

/** All that a socket is told, in order. */
function listen(socket: Socket): unknown[][] {
  const heard: unknown[][] = []
  socket.onAny((...told: unknown[]) => heard.push(told))
  return heard
}

/** Waits until all that was sent to a socket before has come. */
async function settle(socket: Socket): Promise<void> {
  await ask(socket, 'debug', { nodes: null })
}

const counters = (ports: Record<string, number>, time = 5) => ({
  flow: 'demo',
  time,
  ports,
  nodes: {},
})

const entry = (node: string, json = '1') => ({
  node,
  time: 1,
  shows: 'payload',
  value: { json, isCut: false },
})

test('greets an editor with the state of the server', async () => {
  expect(await next(connect(), 'server')).toMatchObject({ version: '1.2.3' })
})

test.for([
  [{ origin: 'http://evil.example' }],
  [{ origin: 'null' }],
  [{ host: 'evil.example' }],
  [{ 'sec-fetch-site': 'cross-site' }],
] as const)('refuses a connection with %j', async ([headers]) => {
  expect(await next(connect({ ...headers }), 'connect_error')).toBeInstanceOf(Error)
})

test('takes a connection of its own page', async () => {
  const socket = connect({ origin: `http://127.0.0.1:${it.port}` })
  expect(await next(socket, 'server')).toBeDefined()
})

test('sends numbers of a flow to those who look at it, and to nobody else', async () => {
  const [looks, other] = [connect(), connect()]
  expect(await ask(looks, 'watch', { flow: 'demo' })).toEqual({ ok: true })
  await ask(other, 'watch', { flow: 'other' })
  const [heard, unheard] = [listen(looks), listen(other)]
  it.supervisor.tell('counters', counters({ 'a:out': 1 }))
  it.supervisor.tell('points', 'demo', { flow: 'demo', points: [] })
  it.supervisor.tell('log', 'demo', [{ time: 1, level: 'info', text: 'x' }])
  await settle(looks)
  await settle(other)
  expect(heard.map(([event]) => event)).toEqual(['counters', 'points', 'log'])
  expect(unheard).toEqual([])
})

test('who looks later gets what is known in full', async () => {
  const [first, second] = [connect(), connect()]
  await ask(first, 'watch', { flow: 'demo' })
  it.supervisor.tell('counters', counters({ 'a:out': 1, 'b:out': 7 }, 5))
  it.supervisor.tell('counters', counters({ 'a:out': 3 }, 9))
  it.supervisor.tell('statuses', { flow: 'demo', statuses: { a: { state: 'ok', text: 'up' } } })
  const heard = listen(second)
  await ask(second, 'watch', { flow: 'demo' })
  expect(heard.slice(-2)).toEqual([
    ['counters', { flow: 'demo', time: 9, ports: { 'a:out': 3, 'b:out': 7 }, nodes: {} }],
    ['statuses', { flow: 'demo', statuses: { a: { state: 'ok', text: 'up' } } }],
  ])
})

test('tells nothing of a run that is over', async () => {
  const [first, second] = [connect(), connect()]
  await it.send('POST', '/api/flows/demo/deploy')
  await ask(first, 'watch', { flow: 'demo' })
  it.supervisor.tell('counters', counters({ 'a:out': 1 }))
  it.supervisor.tell('statuses', { flow: 'demo', statuses: { a: { state: 'error', text: 'bad' } } })
  await it.send('POST', '/api/flows/demo/stop')
  const heard = listen(second)
  await ask(second, 'watch', { flow: 'demo' })
  expect(heard.slice(-2)).toMatchObject([
    ['counters', { ports: {}, nodes: {} }],
    ['statuses', { statuses: {} }],
  ])
})

test('gathers what anybody wants, and nothing once all have gone', async () => {
  const [one, two] = [connect(), connect()]
  await ask(one, 'watch', { flow: 'demo' })
  await ask(one, 'debug', { nodes: ['a'] })
  await ask(two, 'watch', { flow: 'demo' })
  await ask(two, 'debug', { nodes: ['b'] })
  await ask(two, 'tap', { ports: ['a:out'] })
  expect(it.supervisor.watched.get('demo')).toEqual({
    isWatched: true,
    debugNodes: ['a', 'b'],
    taps: ['a:out'],
  })
  await ask(one, 'debug', { nodes: null })
  expect(it.supervisor.watched.get('demo')?.debugNodes).toBeNull()
  await ask(one, 'watch', { flow: null })
  await ask(two, 'watch', { flow: 'other' })
  const nothing = { isWatched: false, debugNodes: [], taps: [] }
  expect(it.supervisor.watched.get('demo')).toEqual(nothing)
  const gone = new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (it.supervisor.watched.get('other')?.isWatched !== false) return
      clearInterval(look)
      resolve()
    }, 1)
  })
  two.close()
  await gone
})

test('sends each editor the debug values and taps that it asked for', async () => {
  const [one, two] = [connect(), connect()]
  await ask(one, 'watch', { flow: 'demo' })
  await ask(one, 'debug', { nodes: ['a'] })
  await ask(one, 'tap', { ports: ['a:out'] })
  await ask(two, 'watch', { flow: 'demo' })
  await ask(two, 'debug', { nodes: [] })
  const [heard, unheard] = [listen(one), listen(two)]
  it.supervisor.tell('debug', {
    flow: 'demo',
    entries: [entry('a'), entry('b')],
    dropped: { a: 2, b: 3 },
  })
  const port = (name: string) => ({ port: name, messages: [], dropped: 0 })
  it.supervisor.tell('taps', { flow: 'demo', ports: [port('a:out'), port('b:out')] })
  await ask(one, 'tap', { ports: [] })
  await ask(two, 'tap', { ports: [] })
  expect(heard).toEqual([
    ['debug', { flow: 'demo', entries: [entry('a')], dropped: { a: 2 } }],
    ['taps', { flow: 'demo', ports: [port('a:out')] }],
  ])
  expect(unheard).toEqual([])
})

test('sends at most 50 debug values at once and counts the rest', async () => {
  const socket = connect()
  await ask(socket, 'watch', { flow: 'demo' })
  const batch = next(socket, 'debug')
  const entries = Array.from({ length: 80 }, (_, index) => entry('a', String(index)))
  it.supervisor.tell('debug', { flow: 'demo', entries, dropped: { a: 5 } })
  const { entries: sent, dropped } = await batch
  expect(sent.map((item: { value: { json: string } }) => item.value.json)).toEqual(
    Array.from({ length: 50 }, (_, index) => String(index + 30)),
  )
  expect(dropped).toEqual({ a: 35 })
})

test('tells every editor of saving, deploying, connections and alerts', async () => {
  const socket = connect()
  await next(socket, 'server')
  const heard = listen(socket)
  const saved = await it.send('POST', '/api/flows', { body: { title: 'New' } })
  const connection = { id: 'b', type: 'test/broker', name: 'B', config: { host: 'localhost' } }
  await it.send('PUT', '/api/connections/b', { body: connection })
  await it.send('POST', '/api/flows/new/deploy')
  const report = {
    kind: 'alert',
    change: 'raised',
    key: 'k',
    severity: 'info',
    text: 't',
    time: 1,
  } as const
  it.supervisor.tell('alerts', 'new', 'n', [report])
  await it.send('DELETE', '/api/flows/new')
  await settle(socket)
  expect(heard.map(([event]) => event)).toEqual([
    'saved',
    'connections',
    'deployment',
    'alert',
    'saved',
  ])
  expect(heard[0]?.[1]).toEqual({ flow: 'new', revision: saved.body.revision })
  expect(heard[2]?.[1]).toMatchObject({ flow: 'new', deployment: { state: 'running' } })
  expect(heard.at(-1)?.[1]).toEqual({ flow: 'new', revision: null })
})

test.for([
  ['watch', undefined],
  ['watch', null],
  ['watch', 5],
  ['watch', []],
  ['watch', { flow: 5 }],
  ['watch', { flow: '../demo' }],
  ['watch', { flow: '__proto__' }],
  ['watch', { flow: 'x'.repeat(500) }],
  ['watch', { flow: 'nowhere' }],
  ['debug', { nodes: 'all' }],
  ['debug', { nodes: [1] }],
  ['debug', { nodes: ['a b'] }],
  ['debug', { nodes: Array.from({ length: 1_001 }, (_, index) => `n${index}`) }],
  ['tap', { ports: ['no port'] }],
  ['tap', { ports: Array.from({ length: 21 }, (_, index) => `n${index}:out`) }],
  ['tap', JSON.parse('{"__proto__":{"ports":["a:out"]}}')],
  ['toString', {}],
  ['__proto__', {}],
  ['deploy', { flow: 'demo' }],
] as const)('answers the malformed event %#, %s, with a reason', async ([event, body]) => {
  const answer = await ask(connect(), event, body)
  expect(answer).toMatchObject({ ok: false, code: expect.any(String), message: expect.any(String) })
  expect(it.supervisor.watched.size).toBe(0)
})

test('bears events without an answer, with many arguments, and with bytes', async () => {
  const socket = connect()
  socket.emit('watch')
  socket.emit('watch', { flow: 'demo' }, 'no function', 7)
  socket.emit('debug', Buffer.from('x'))
  socket.emit('tap', { ports: Buffer.alloc(10) })
  expect(await ask(socket, 'watch', { flow: 'other' })).toEqual({ ok: true })
})

test('shuts out who sends more than a frame may hold', async () => {
  const socket = connect()
  await next(socket, 'server')
  const gone = next(socket, 'disconnect')
  socket.emit('watch', { flow: 'x'.repeat(100_000) })
  expect(await gone).toBeTypeOf('string')
  expect((await it.send('GET', '/api/status')).status).toBe(200)
})

test('does not let one editor flood the server, and shuts it out if it goes on', async () => {
  const socket = connect()
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => ask(socket, 'watch', { flow: null })),
  )
  expect(answers.filter(({ ok }) => ok)).toHaveLength(40)
  it.nowMs += 1_000
  expect(await ask(socket, 'watch', { flow: null })).toEqual({ ok: true })
  const gone = next(socket, 'disconnect')
  for (let count = 0; count < 200; count += 1) socket.emit('watch', { flow: null })
  expect(await gone).toBe('io server disconnect')
})

test('a foreign page cannot poll either', async () => {
  const reply = await it.send('GET', '/socket.io/?EIO=4&transport=polling', {
    headers: { Origin: 'http://evil.example' },
  })
  expect(reply.status).toBe(403)
  expect(reply.headers['access-control-allow-origin']).toBeUndefined()
})
