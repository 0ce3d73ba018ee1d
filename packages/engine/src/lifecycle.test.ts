import type { ConnectionDocument, FlowNode } from '@millrace/flow'
import type { NodeType, Status } from '@millrace/sdk'
import { connection, NodeError, operator, sink, source } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import type { DeploymentSpec } from './deployment.ts'
import { openDeployment } from './open-deployment.ts'
import { createManualHost, createTestNodes, specOf } from './testing/index.ts'

const look = {
  version: 1,
  title: 'Test',
  summary: 'For this test.',
  category: 'transform',
  icon: 'circle',
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
} as const

/** What happened, in order, as the node types of this file write it down. */
function typesFor(events: string[]): readonly NodeType[] {
  const line = connection(
    descriptor({
      ...look,
      type: 'test/line',
      kind: 'connection',
      inputs: [],
      outputs: [],
      fields: {
        host: { kind: 'text', label: 'Host', default: 'here' },
        password: { kind: 'secret', label: 'Password' },
      },
    }),
    ({ id, flow, config, timers }) => {
      events.push(`open ${id} at ${config.host} with ${config.password} for ${flow}`)
      timers.every(1000, () => undefined)
      return { handle: `${id}@${config.host}`, close: () => void events.push(`close ${id}`) }
    },
  )
  const write = sink(
    descriptor({
      ...look,
      type: 'test/write',
      kind: 'sink',
      outputs: [],
      fields: {
        line: { kind: 'connection', label: 'Line', type: 'test/line', required: true },
        token: { kind: 'secret', label: 'Token' },
        slowMs: { kind: 'duration', label: 'Slow', default: 0 },
      },
    }),
    ({ id, config, hold, release, timers }) => {
      events.push(`create ${id} on ${String(config.line)} with ${config.token}`)
      return {
        onMessage: ({ payload }) => {
          const held = hold()
          timers.after(config.slowMs, () => {
            events.push(`${id} wrote ${String(payload)}`)
            release(held)
          })
        },
        close: () => void events.push(`end ${id}`),
      }
    },
  )
  const listen = source(
    descriptor({
      ...look,
      type: 'test/listen',
      kind: 'source',
      inputs: [],
      fields: { path: { kind: 'text', label: 'Path', default: '/a' } },
    }),
    ({ config, emit, deliver, http }) => ({
      start: () => {
        if (config.path === '/late') return Promise.reject(new NodeError('LATE', 'Too late.'))
        http.route({ method: 'GET', path: config.path, bodyBytesMax: 0 }, ({ id }) => {
          if (config.path === '/stream') return void http.stream(id, { status: 200 }, {})
          deliver(
            () => emit.out({ payload: config.path }),
            (error) => http.respond(id, { status: error === undefined ? 202 : 503 }),
          )
        })
        return undefined
      },
      onAction: (name) => {
        if (name !== 'ping') throw new NodeError('NO_SUCH', `Cannot ${name}.`)
        emit.out({ payload: 'ping' })
      },
    }),
  )
  return [line, write, listen]
}

const line = (id: string, host: string): ConnectionDocument => ({
  id,
  type: 'test/line',
  name: id,
  config: { host },
})

function bench(spec: DeploymentSpec, more: readonly NodeType[] = []) {
  const events: string[] = []
  const nodes = createTestNodes()
  const host = createManualHost({ nodeTypes: [...typesFor(events), ...nodes.nodeTypes, ...more] })
  const deployment = openDeployment(spec, host)
  const take = (): string[] => events.splice(0)
  return { deployment, host, take, source: nodes.source, received: nodes.received }
}

const writer = (id: string, config: Record<string, unknown> = {}): FlowNode => ({
  id,
  type: 'test/write',
  config: { line: 'l', ...config },
})
const test1: FlowNode = { id: 'in', type: 'test/source', config: {} }

test('a connection opens once for all nodes that use it and closes after them', async () => {
  const spec = specOf([test1, writer('a'), writer('b')], ['in > a', 'in > b'], {
    connections: [line('l', 'one'), line('unused', 'two')],
    secrets: { 'connection/l': { password: 'p' }, 'flow/test/a': { token: 't' } },
  })
  const { deployment, take, host } = bench(spec)
  await deployment.start()
  expect(take()).toEqual([
    'open l at one with p for test',
    'create b on l@one with undefined',
    'create a on l@one with t',
  ])
  await deployment.stop({ drainMs: 0 })
  expect(take()).toEqual(['end a', 'end b', 'close l'])
  expect(host.pendingTimers).toBe(0)
})

test('a changed connection restarts the nodes that use it, and no others', async () => {
  const nodes = [test1, writer('a'), writer('b', { line: 'm' })]
  const before = specOf(nodes, [], { connections: [line('l', 'one'), line('m', 'x')] })
  const { deployment, take } = bench(before)
  await deployment.start()
  take()
  const after = specOf(nodes, [], { connections: [line('l', 'two'), line('m', 'x')] })
  expect(await deployment.update(after)).toMatchObject({ restarted: ['a'] })
  expect(take()).toEqual([
    'end a',
    'close l',
    'open l at two with undefined for test',
    'create a on l@two with undefined',
  ])
  const secret = { ...after, secrets: { 'connection/m': { password: 'new' } } }
  expect(await deployment.update(secret)).toMatchObject({ restarted: ['b'] })
})

test('a connection that is missing, or of another type, is refused before anything starts', async () => {
  const { deployment, take } = bench(specOf([writer('a')], []))
  await expect(deployment.start()).rejects.toMatchObject({
    code: 'CONNECTION_MISSING',
    node: 'a',
    field: 'line',
    connection: 'l',
  })
  expect(take()).toEqual([])
})

test('a node that is restarted first finishes what it holds, with its sources at rest', async () => {
  const connections = [line('l', 'one')]
  const spec = (slowMs: number) =>
    specOf([test1, writer('a', { slowMs })], ['in > a'], { connections })
  const { deployment, take, source, host } = bench(spec(100))
  await deployment.start()
  const delivery = source('in').emit({ payload: 1 })
  const updating = deployment.update(spec(50))
  await turns()
  expect(source('in').isPaused).toBe(true)
  host.advance(100)
  await updating
  expect(delivery).toMatchObject({ settled: 1, error: undefined })
  expect(source('in').isPaused).toBe(false)
  expect(take().slice(-3)).toEqual(['a wrote 1', 'end a', 'create a on l@one with undefined'])
})

test('what a closing node never let go of settles with an error', async () => {
  const connections = [line('l', 'one')]
  const { deployment, source, host } = bench(
    specOf([test1, writer('a', { slowMs: 60_000 })], ['in > a'], { connections }),
  )
  await deployment.start()
  const delivery = source('in').emit({ payload: 1 })
  const updating = deployment.update(specOf([test1], [], { connections }))
  await turns()
  host.advance(5_000)
  await updating
  expect(delivery).toMatchObject({ settled: 1, error: { code: 'NODE_CLOSED', node: 'a' } })
})

const listener = (path: string): FlowNode => ({ id: 'http', type: 'test/listen', config: { path } })

test('streams end with the node that began them, and with no other', async () => {
  const flow = (...nodes: readonly FlowNode[]) => specOf(nodes, [])
  const other: FlowNode = { id: 'sink', type: 'test/sink', config: {} }
  const { deployment, host } = bench(flow(listener('/stream')))
  await deployment.start()
  const ids = [0, 1].map(() => host.http.request({ method: 'GET', path: '/stream' }))
  const streams = ids.map((id) => host.http.streamOf(id))
  streams[0]?.destroy()
  await deployment.update(flow(listener('/stream'), other))
  expect(streams.map((stream) => stream?.isOpen)).toEqual([false, true])
  await deployment.update(flow(listener('/b'), other))
  expect(streams[1]?.isOpen).toBe(false)
  await deployment.stop({ drainMs: 0 })
})

test('a restarted source gives its route back before the new one takes it', async () => {
  const sinkNode: FlowNode = { id: 'sink', type: 'test/sink', config: {} }
  const flow = (node: FlowNode) => specOf([node, sinkNode], ['http > sink'])
  const { deployment, host } = bench(flow(listener('/a')))
  await deployment.start()
  const first = host.http.request({ method: 'GET', path: '/a' })
  expect(host.http.responseTo(first)).toEqual({ status: 202 })
  await deployment.update(flow(listener('/b')))
  expect(host.http.routes.map(({ path }) => path)).toEqual(['/b'])
  await deployment.stop({ drainMs: 0 })
  expect(host.http.routes).toEqual([])
})

test('when an update fails half-way, what ran before runs again', async () => {
  const { deployment, host, received } = bench(
    specOf([listener('/a'), { id: 'sink', type: 'test/sink', config: {} }], ['http > sink']),
  )
  await deployment.start()
  const next = specOf([listener('/late')], [])
  await expect(deployment.update(next)).rejects.toMatchObject({
    code: 'NODE_START_FAILED',
    node: 'http',
    cause: { code: 'LATE' },
  })
  host.http.request({ method: 'GET', path: '/a' })
  expect(received.map(({ message }) => message.payload)).toEqual(['/a'])
})

test('actions reach the node, and what it refuses reaches the person', async () => {
  const { deployment, received, host } = bench(
    specOf([listener('/a'), { id: 'sink', type: 'test/sink', config: {} }], ['http > sink']),
  )
  await deployment.start()
  deployment.action('http', 'ping')
  expect(received).toHaveLength(1)
  expect(() => deployment.action('http', 'sing')).toThrow('Cannot sing.')
  expect(() => deployment.action('sink', 'ping')).toThrow('has no action')
  expect(() => deployment.action('nobody', 'ping')).toThrow('no running node')
  expect(host.gauges.marker[0]).toBe(-1)
})

const timers = operator(
  descriptor({ ...look, type: 'test/timers', kind: 'operator', fields: {} }),
  ({ emit, timers: { after, every, soon }, status }) => {
    status({ state: 'ok', text: 'x'.repeat(300) })
    after(10, () => {
      throw new Error('Broken timer.')
    })
    every(100, () => emit.out({ payload: 'tick' }))
    return { onMessage: () => soon(() => emit.out({ payload: 'soon' })) }
  },
)

test('timers are attributed to their node, keep their beat and end with the node', async () => {
  const nodes = [test1, { id: 't', type: 'test/timers', config: {} }]
  const sinkNode: FlowNode = { id: 'sink', type: 'test/sink', config: {} }
  const { deployment, host, received, source } = bench(
    specOf([...nodes, sinkNode], ['in > t', 't > sink']),
    [timers],
  )
  await deployment.start()
  source('in').emit({ payload: 1 }, { payload: 2 })
  expect(received).toHaveLength(0)
  host.advance(0)
  expect(received.map(({ message }) => message.payload)).toEqual(['soon', 'soon'])
  host.advance(350)
  expect(received).toHaveLength(5)
  expect(host.entries.map(({ node, text }) => [node, text])).toEqual([['t', 'Broken timer.']])
  const own = host.statuses.find(({ node }) => node === 't')?.status ?? noStatus
  expect([own.state, own.text.length]).toEqual(['ok', 200])
  await deployment.stop({ drainMs: 0 })
  host.advance(1000)
  expect([received.length, host.pendingTimers]).toEqual([5, 0])
})

const noStatus: Status = { state: 'idle', text: '' }

test('the marker names the node whose code runs, down the chain and back', async () => {
  const seen: (string | undefined)[] = []
  let lookUp = (): string | undefined => undefined
  const spy = operator(
    descriptor({ ...look, type: 'test/spy', kind: 'operator', fields: {} }),
    ({ emit }) => ({
      onMessage: (message) => {
        seen.push(lookUp())
        emit.out(message)
        seen.push(lookUp())
      },
    }),
  )
  const { deployment, host, source } = bench(
    specOf(
      [test1, { id: 'a', type: 'test/spy', config: {} }, { id: 'b', type: 'test/spy', config: {} }],
      ['in > a', 'a > b'],
    ),
    [spy],
  )
  lookUp = () => deployment.nodeAt(host.gauges.marker[0] ?? -1)
  await deployment.start()
  source('in').emit({ payload: 1 })
  expect(seen).toEqual(['a', 'b', 'b', 'a'])
  expect(host.gauges.marker[0]).toBe(-1)
})

test('a node that never closes does not keep the flow from stopping', async () => {
  const stuck = sink(
    descriptor({ ...look, type: 'test/stuck', kind: 'sink', outputs: [], fields: {} }),
    () => ({ onMessage: () => undefined, close: () => new Promise<void>(() => undefined) }),
  )
  const { deployment, host } = bench(specOf([{ id: 's', type: 'test/stuck', config: {} }], []), [
    stuck,
  ])
  await deployment.start()
  let isStopped = false
  const stopping = deployment.stop({ drainMs: 100 }).then(() => (isStopped = true))
  await turns()
  expect(isStopped).toBe(false)
  host.advance(5_000)
  await stopping
  expect(isStopped).toBe(true)
})

test('a flow is started once, and updated only while it runs', async () => {
  const spec = specOf([test1], [])
  const { deployment } = bench(spec)
  await expect(deployment.update(spec)).rejects.toMatchObject({ code: 'DEPLOYMENT_STATE' })
  await deployment.start()
  await expect(deployment.start()).rejects.toMatchObject({ code: 'DEPLOYMENT_STATE' })
  await deployment.stop({ drainMs: 0 })
  await deployment.stop({ drainMs: 0 })
  expect(() => deployment.restore({})).toThrow('is stopped')
})

test.for<[string, DeploymentSpec, object]>([
  [
    'an unknown type',
    specOf([{ id: 'x', type: 'test/nothing', config: {} }], []),
    { code: 'NODE_TYPE_UNKNOWN', node: 'x' },
  ],
  ['an id that is there twice', specOf([test1, test1], []), { code: 'NODE_ID_TWICE', node: 'in' }],
  [
    'a wire to a node that is missing',
    specOf([test1], ['in > out']),
    { code: 'WIRE_TO_NOWHERE', node: 'out' },
  ],
  [
    'a wire from a port that is missing',
    specOf([test1, { id: 's', type: 'test/sink', config: {} }], ['in:up > s']),
    { code: 'WIRE_TO_NOWHERE', node: 'in' },
  ],
  [
    'a circle',
    specOf([{ id: 't', type: 'test/timers', config: {} }], ['t > t']),
    { code: 'FLOW_CYCLE', node: 't' },
  ],
])('refuses %s by name', async ([, spec, expected]) => {
  const { deployment } = bench(spec, [timers])
  await expect(deployment.start()).rejects.toMatchObject(expected)
})

/** Lets promises that are ready go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
