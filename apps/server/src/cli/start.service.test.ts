import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CountersBatch, PointsBatch } from '@millrace/protocol'
import { startMillrace } from '../testing/millrace-process.ts'
import type { MillraceProcess } from '../testing/millrace-process.ts'

let folder: string
let processes: MillraceProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-start-'))
  processes = []
})

afterEach(async () => {
  for (const one of processes) one.kill('SIGKILL')
  await Promise.all(processes.map((one) => one.ended))
  await rm(folder, { recursive: true, force: true })
})

const freePorts = ['--port', '0', '--flow-port', '0', '--broker-port', '0']

function millrace(...args: string[]): MillraceProcess {
  const started = startMillrace(args)
  processes.push(started)
  return started
}

async function startServer(...args: string[]): Promise<{ server: MillraceProcess; url: string }> {
  const server = millrace('start', '--user-dir', folder, ...freePorts, ...args)
  const [url] = await server.line(/http:\/\/localhost:\d+/)
  return { server, url }
}

// oxlint-disable-next-line no-explicit-any -- tests look into it as they like
async function call(url: string, method = 'GET', body?: unknown): Promise<any> {
  const answer = await fetch(url, {
    method,
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const text = await answer.text()
  return text === '' ? answer.status : JSON.parse(text)
}

/** Listens until both numbers and points of the demo came. */
function firstValues(url: string): Promise<{ counters: CountersBatch; points: PointsBatch }> {
  const socket = io(url, { transports: ['websocket'] })
  const heard: { counters?: CountersBatch; points?: PointsBatch } = {}
  return new Promise((resolve) => {
    const look = () => {
      const { counters, points } = heard
      if (!counters || !points) return
      socket.close()
      resolve({ counters, points })
    }
    socket.on('counters', (counters: CountersBatch) => {
      if (Object.values(counters.ports).some((count) => count > 0)) heard.counters = counters
      look()
    })
    socket.on('points', (points: PointsBatch) => {
      heard.points = points
      look()
    })
    socket.emit('watch', { flow: 'plant' }, () => undefined)
  })
}

test('a new user finds live data; what was there comes back after an end by signal', async () => {
  const first = await startServer()
  const { counters, points } = await firstValues(first.url)
  expect(counters.flow).toBe('plant')
  expect(points.points[0]?.values.length).toBeGreaterThan(0)
  const status = await call(`${first.url}/api/status`)
  expect(status).toMatchObject({ engine: { state: 'running' }, brokerUrl: expect.any(String) })
  first.server.kill('SIGTERM')
  expect(await first.server.ended).toBe(0)
  expect(await readdir(folder)).not.toContain('server.lock')
  const second = await startServer()
  await firstValues(second.url)
  const { flows } = await call(`${second.url}/api/flows`)
  expect(flows).toMatchObject([{ name: 'plant', deployment: { state: 'running', version: 1 } }])
  second.server.kill('SIGINT')
  expect(await second.server.ended).toBe(0)
})

test('a server that was killed is followed by one that brings everything back', async () => {
  const first = await startServer('--no-demo')
  await call(`${first.url}/api/flows`, 'POST', { name: 'demo', title: 'Demo' })
  await call(`${first.url}/api/flows/demo/deploy`, 'POST')
  const refused = millrace('start', '--user-dir', folder, ...freePorts)
  expect(await refused.ended).toBe(1)
  expect(refused.output()).toContain('is used by process')
  first.server.kill('SIGKILL')
  await first.server.ended
  const second = await startServer('--no-demo')
  await second.server.line(/Millrace is at/)
  const { flows } = await call(`${second.url}/api/flows`)
  expect(flows).toMatchObject([{ name: 'demo', deployment: { version: 1 } }])
})

const ticking = {
  millrace: 1,
  name: 'ticking',
  title: 'Ticking',
  nodes: [
    { id: 'tick', type: 'core/inject', config: { schedule: 'every', everyMs: 200 } },
    { id: 'show', type: 'core/debug', config: {} },
  ],
  wires: [{ from: { node: 'tick', port: 'out' }, to: { node: 'show', port: 'in' } }],
  layout: {},
}

test('run runs the flows of a file and prints what they show', async () => {
  const file = join(folder, 'ticking.json')
  await writeFile(file, JSON.stringify(ticking))
  const running = millrace('run', file, '--flow-port', '0')
  await running.line(/"kind":"debug".*"node":"show"/)
  running.kill('SIGINT')
  expect(await running.ended).toBe(0)
})

test('run ends by itself when nothing can come any more', async () => {
  const file = join(folder, 'once.json')
  const config = { atStart: true, schedule: 'none', payloadKind: 'text', text: 'only one' }
  const [tick, show] = ticking.nodes
  await writeFile(file, JSON.stringify({ ...ticking, nodes: [{ ...tick, config }, show] }))
  const running = millrace('run', file, '--flow-port', '0')
  expect(await running.ended).toBe(0)
  expect(running.output()).toMatch(/"kind":"debug".*only one/)
})

test('run refuses a flow that is wrong, with the node', async () => {
  const file = join(folder, 'wrong.json')
  const nodes = [{ id: 'odd', type: 'acme/odd', config: {} }]
  await writeFile(file, JSON.stringify({ ...ticking, nodes, wires: [] }))
  const running = millrace('run', file, '--flow-port', '0')
  expect(await running.ended).toBe(1)
  expect(running.output()).toContain('node "odd"')
})
