/**
 * What the MQTT nodes themselves cost, next to plain mqtt.js: CPU-µs a message of a process that
 * receives, publishes, or does both, with a generator in another process that plays the broker.
 *
 *     node e2e/bench/mqtt-lane.ts [messages] [case …]
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { openDeployment } from '@millrace/engine'
import type { EngineHost } from '@millrace/engine'
import type { Flow, FlowNode } from '@millrace/flow'
import { realTime } from '@millrace/sdk/testing'

const payloadOf = (device: number) =>
  JSON.stringify({
    device: `device-${String(device).padStart(4, '0')}`,
    seq: 100_000 + device,
    at: 1_700_000_000_123,
    temperature: (device % 100) + 100.25,
    humidity: 55.2,
    vibration: 0.031,
    unit: 'C',
  })
const payload = payloadOf(42)
const topicCount = 1000
const [role, ...rest] = process.argv.slice(2)

const cases = {
  'in (bytes)': millraceIn('binary'),
  'in (text)': millraceIn('text'),
  'in (JSON)': millraceIn('json'),
  'mqtt.js in (JSON)': mqttJsIn,
  'out (JSON)': millraceOut,
  'mqtt.js out (JSON)': mqttJsOut,
  'in → out (text)': millraceBoth('text'),
  'in → out (JSON)': millraceBoth('auto'),
  'mqtt.js in → out (JSON)': mqttJsBoth,
  'flow in → out': flowPassthrough,
  'flow in → window → out': flowPipeline,
} satisfies Record<string, Case>

/** Resolves when all messages were dealt with. */
type Case = (count: number, port: number) => Promise<void>

async function main(): Promise<void> {
  const count = Number(role ?? 1_000_000)
  const names = rest.length > 0 ? rest : Object.keys(cases)
  for (const name of names) {
    const results: Result[] = []
    for (let round = 0; round < 3; round += 1) results.push(await measure(name, count))
    results.sort((a, b) => a.cpuUs - b.cpuUs)
    const { cpuUs, perSecond } = results[1]!
    const spread = `${results[0]!.cpuUs.toFixed(2)} – ${results[2]!.cpuUs.toFixed(2)}`
    const rate = Math.round(perSecond).toLocaleString('en').padStart(9)
    console.log(`${name.padEnd(26)} ${cpuUs.toFixed(2)} µs [${spread}] ${rate}/s`)
  }
}

interface Result {
  readonly cpuUs: number
  readonly perSecond: number
}

async function measure(name: string, count: number): Promise<Result> {
  const generator = fork(import.meta.filename, ['generator'])
  const port = await once<number>(generator)
  const subject = fork(import.meta.filename, ['case', name, String(count), String(port)], {
    execArgv: process.env['PROFILE'] === name ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [],
  })
  const result = await once<Result>(subject)
  generator.kill()
  return result
}

function once<Value>(child: ReturnType<typeof fork>): Promise<Value> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as Value))
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
  })
}

async function runCase(name: string, count: number, port: number): Promise<void> {
  const run = (cases as Record<string, Case>)[name]!
  await run(count / 4, port)
  const before = process.cpuUsage()
  const start = performance.now()
  await run(count, port)
  const seconds = (performance.now() - start) / 1000
  const cost = process.cpuUsage(before)
  process.send!({ cpuUs: (cost.user + cost.system) / count, perSecond: count / seconds })
  process.exit()
}

// The generator: a broker that knows one subscriber and never looks at what it gets.

function generate(): void {
  const server = createServer((socket) => serve(socket))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object') process.send!(address!.port)
  })
}

function serve(socket: Socket): void {
  socket.setNoDelay(true)
  let isConnected = false
  let received = 0
  let limit = Infinity
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    if (!isConnected) {
      isConnected = true
      socket.write(Buffer.from([0x20, 2, 0, 0]))
      return
    }
    const isSubscribe = chunk[0] === 0x82
    if (isSubscribe) {
      const filters = filtersOf(chunk)
      const granted = filters.map(() => 0)
      socket.write(Buffer.from([0x90, 2 + granted.length, chunk[2]!, chunk[3]!, ...granted]))
      // The number of messages is asked for by the first filter.
      const filter = filters[0]!
      limit = Number(filter.split('/')[1])
      blast(socket, limit)
      if (!filter.endsWith('/echo/#')) return
    }
    if (!isSubscribe) received += chunk.length
    if (received >= limit * packetBytes) socket.write(last)
  })
}

function filtersOf(subscribe: Buffer): string[] {
  const filters: string[] = []
  for (let at = 4; at < 2 + subscribe[1]!;) {
    const length = subscribe.readUInt16BE(at)
    filters.push(subscribe.toString('latin1', at + 2, at + 2 + length))
    at += 3 + length
  }
  return filters
}

/** A message that says: all has arrived. */
const last = publishPacket('done/all', '0')
const packetBytes = publishPacket('bench/device-0000', payload).length

function publishPacket(topic: string, body: string): Buffer {
  const length = 2 + topic.length + body.length
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return Buffer.concat([
    Buffer.from([0x30, ...size, topic.length >> 8, topic.length & 255]),
    Buffer.from(topic + body),
  ])
}

function blast(socket: Socket, count: number): void {
  const block: Buffer[] = []
  for (let device = 0; device < topicCount; device += 1) {
    block.push(publishPacket(`bench/device-${String(device).padStart(4, '0')}`, payloadOf(device)))
  }
  const bytes = Buffer.concat(block)
  let left = count
  const more = (): void => {
    while (left > 0) {
      left -= topicCount
      if (!socket.write(bytes)) {
        socket.once('drain', more)
        return
      }
    }
  }
  more()
}

// Millrace's nodes, without an engine between them.

async function millraceParts() {
  const { nodeTypes } = await import('@millrace/nodes-mqtt')
  return nodeTypes
}

function contextOf(config: object, extra: object) {
  const { clock, schedule } = realTime(globalThis)
  const after = (ms: number, run: () => void) => schedule(ms, run)
  const every = (ms: number, run: () => void) => {
    const timer = setInterval(run, ms)
    return { cancel: () => clearInterval(timer) }
  }
  const quiet = () => undefined
  return {
    id: 'bench',
    name: 'bench',
    flow: 'bench',
    config,
    clock,
    timers: { after, every, soon: (run: () => void) => void setImmediate(run) },
    log: { debug: quiet, info: quiet, warn: console.error, error: console.error },
    status: quiet,
    pressure: quiet,
    fail: (error: unknown) => console.error(error),
    ...extra,
  }
}

const connectionConfig = (port: number) => ({
  protocol: 'mqtt',
  host: '127.0.0.1',
  port,
  version: '3.1.1',
  session: 'clean',
  keepAliveMs: 60_000,
  connectTimeoutMs: 5000,
  inFlightMax: 1000,
  bufferMax: 10_000,
  packetBytesMax: 16_777_216,
})

/* oxlint-disable typescript/no-explicit-any -- contexts made by hand, as only the engine makes them */
async function open(port: number) {
  const [connection, source, sink] = (await millraceParts()) as any[]
  const link = connection.open(contextOf(connectionConfig(port), {}))
  return { link, source, sink }
}

function millraceIn(format: string): Case {
  return (count, port) => receive(count, { format, port })
}

async function receive(count: number, { format, port }: { format: string; port: number }) {
  const { link, source } = await open(port)
  await new Promise<void>((resolve) => {
    let seen = 0
    const out = () => {
      seen += 1
      if (seen === count) resolve()
    }
    const deliver = (run: () => void, settled: () => void) => {
      run()
      settled()
    }
    const config = { broker: link.handle, ...inConfig(count, 'x', format) }
    source.create(contextOf(config, { emit: { out }, deliver })).start()
  })
  await link.close()
}

function inConfig(count: number, mode: string, format: string) {
  return { topic: `ask/${count}/${mode}/#`, moreTopics: [{ topic: 'bench/#' }], qos: '0', format }
}

async function millraceOut(count: number, port: number) {
  const { link, sink } = await open(port)
  let isPressed = false
  let more: () => void = () => undefined
  const pressure = (isHigh: boolean) => {
    isPressed = isHigh
    if (!isHigh) more()
  }
  const node = sink.create(
    contextOf({ broker: link.handle, qos: '0', retain: false }, { pressure }),
  )
  await new Promise<void>((resolve) => {
    link.handle.onStatus((status: { state: string }) => {
      if (status.state === 'ok') resolve()
    })
  })
  const value = JSON.parse(payload)
  let left = count
  await new Promise<void>((resolve) => {
    more = () => {
      for (let burst = 0; burst < 500 && left > 0 && !isPressed; burst += 1) {
        node.onMessage({ payload: value, topic: topics[left % topicCount] }, 0)
        left -= 1
      }
      if (left === 0) resolve()
      else if (!isPressed) setImmediate(more)
    }
    more()
  })
  await link.close()
}

const topics = Array.from(
  { length: topicCount },
  (_, device) => `bench/device-${String(device).padStart(4, '0')}`,
)

function millraceBoth(format: string): Case {
  return (count, port) => passThrough(count, { format, port })
}

async function passThrough(count: number, { format, port }: { format: string; port: number }) {
  const { link, source, sink } = await open(port)
  const done = Promise.withResolvers<void>()
  const node = sink.create(
    contextOf(
      { broker: link.handle, qos: '0', retain: false },
      { pressure: (isHigh: boolean) => (isHigh ? input.pause() : input.resume()) },
    ),
  )
  const out = (message: { topic: string }) => {
    if (message.topic === 'done/all') done.resolve()
    else node.onMessage(message, 0)
  }
  const deliver = (run: () => void, settled: () => void) => {
    run()
    settled()
  }
  const wanted = inConfig(count, 'echo', format)
  const config = {
    broker: link.handle,
    ...wanted,
    moreTopics: [...wanted.moreTopics, { topic: 'done/all' }],
  }
  const input = source.create(contextOf(config, { emit: { out }, deliver }))
  input.start()
  await done.promise
  await link.close()
}
/* oxlint-enable typescript/no-explicit-any */

// The nodes in a flow, run by the engine in this process.

async function runFlow(port: number, nodes: readonly FlowNode[]) {
  const packages = await Promise.all([
    import('@millrace/nodes-mqtt'),
    import('@millrace/nodes-core'),
    import('@millrace/nodes-window'),
  ])
  const types = packages.flatMap(({ nodeTypes }) => nodeTypes)
  const { clock, schedule } = realTime(globalThis)
  const host: EngineHost = {
    nodeTypes: new Map(types.map((type) => [(type.descriptor as { type: string }).type, type])),
    clock,
    schedule: (delayMs, run) => {
      if (delayMs > 0) return schedule(delayMs, run)
      const immediate = setImmediate(run)
      return { cancel: () => clearImmediate(immediate) }
    },
    http: { route: () => () => undefined, respond: () => false },
    log: ({ level, text }) => {
      if (level === 'error') console.error(text)
    },
    status: () => undefined,
    report: () => undefined,
    isWatched: () => true,
    gauges: { allocate: (count) => new Float64Array(count), marker: new Int32Array([-1]) },
  }
  const wires = nodes.slice(1).map(({ id }, at) => ({
    from: { node: nodes[at]!.id, port: 'out' },
    to: { node: id, port: 'in' },
  }))
  const layout = {}
  const flow: Flow = { millrace: 1, name: 'bench', title: 'bench', nodes, wires, layout }
  const broker = {
    id: 'broker',
    type: 'mqtt/connection',
    name: 'broker',
    config: { host: '127.0.0.1', port, version: '3.1.1' },
  }
  const deployment = openDeployment({ flow, connections: [broker], secrets: {} }, host)
  await deployment.start()
  return deployment
}

const flowInput = (count: number, mode: string): FlowNode => ({
  id: 'in',
  type: 'mqtt/in',
  config: { broker: 'broker', ...inConfig(count, mode, 'auto') },
})

async function flowPassthrough(count: number, port: number): Promise<void> {
  const nodes = [
    flowInput(count, 'x'),
    { id: 'out', type: 'mqtt/out', config: { broker: 'broker' } },
  ]
  await runUntil(count, port, nodes)
}

async function flowPipeline(count: number, port: number): Promise<void> {
  await runUntil(count, port, [
    flowInput(count, 'x'),
    { id: 'filter', type: 'core/filter', config: { condition: 'payload.temperature < 110' } },
    {
      id: 'change',
      type: 'core/change',
      config: {
        rows: [
          { id: '1', action: 'set', place: 'payload.kelvin', value: 'payload.temperature + 273' },
        ],
      },
    },
    {
      id: 'window',
      type: 'window/aggregate',
      config: {
        type: 'tumbling',
        time: 'processing',
        sizeMs: 1000,
        groupBy: 'payload.device',
        aggregates: [{ id: '1', name: 'mean', function: 'avg', value: 'payload.kelvin' }],
      },
    },
    { id: 'out', type: 'mqtt/out', config: { broker: 'broker', topic: 'bench/out' } },
  ])
}

async function runUntil(count: number, port: number, nodes: readonly FlowNode[]): Promise<void> {
  const deployment = await runFlow(port, nodes)
  const received = () =>
    deployment.counters().ports.find(({ node, port: name }) => node === 'in' && name === 'out')!
      .count
  while (received() < count) await new Promise((resolve) => setTimeout(resolve, 5))
  await deployment.stop({ drainMs: 1000 })
}

// mqtt.js as it comes.

async function mqttJs(port: number) {
  const { connect } = await import('mqtt')
  return connect({ host: '127.0.0.1', port, protocol: 'mqtt', protocolVersion: 4 })
}

async function mqttJsIn(count: number, port: number): Promise<void> {
  const client = await mqttJs(port)
  await new Promise<void>((resolve) => {
    let seen = 0
    client.on('message', (_topic, bytes) => {
      JSON.parse(bytes.toString())
      seen += 1
      if (seen === count) resolve()
    })
    client.subscribe(`ask/${count}/x/#`)
  })
  await client.endAsync()
}

async function mqttJsOut(count: number, port: number): Promise<void> {
  const client = await mqttJs(port)
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  const value = JSON.parse(payload)
  let left = count
  await new Promise<void>((resolve) => {
    const more = () => {
      for (let burst = 0; burst < 500 && left > 0; burst += 1) {
        client.publish(topics[left % topicCount]!, JSON.stringify(value))
        left -= 1
      }
      if (left === 0) resolve()
      else if (client.stream.writableNeedDrain) client.stream.once('drain', more)
      else setImmediate(more)
    }
    more()
  })
  await client.endAsync()
}

async function mqttJsBoth(count: number, port: number): Promise<void> {
  const client = await mqttJs(port)
  await new Promise<void>((resolve) => {
    client.on('message', (topic, bytes) => {
      if (topic === 'done/all') resolve()
      else client.publish(topic, JSON.stringify(JSON.parse(bytes.toString())))
    })
    client.subscribe(`ask/${count}/echo/#`)
  })
  await client.endAsync()
}

if (role === 'generator') generate()
else if (role === 'case') await runCase(rest[0] ?? '', Number(rest[1]), Number(rest[2]))
else await main()
