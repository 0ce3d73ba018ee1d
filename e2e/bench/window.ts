/**
 * What windows cost: a message from JSON text to closed window, what a group takes in memory, and how
 * long it takes to store what changed. Everything in process, through the real engine and nodes.
 * Run: node --expose-gc e2e/bench/window.ts [messages | memory | epochs]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDeployment } from '@millrace/engine'
import type { Deployment, EpochStore } from '@millrace/engine'
import { createManualHost } from '@millrace/engine/testing'
import type { FlowNode } from '@millrace/flow'
import { sink, source } from '@millrace/sdk'
import type { NodeType, SourceContext } from '@millrace/sdk'
import { describe, timingFields } from '@millrace/sdk/descriptor'
import { SqliteEpochStore } from 'millrace/epoch-store'
import { installedTypes } from '../installed-types.ts'

const look = {
  version: 1,
  title: 'Bench',
  summary: 'For benchmarks.',
  category: 'observe',
  icon: 'gauge',
} as const

/** A flow whose source takes JSON texts, as a broker would give them. */
interface Bench {
  readonly deployment: Deployment
  /** Takes texts in as one batch: parses each and sends it on. */
  take(texts: readonly string[]): void
  /** Results that reached the end. */
  readonly results: { count: number; messages: number }
  /** Lets time pass until an epoch ends. */
  endEpoch(): void
}

async function openBench(nodes: readonly FlowNode[], epochs?: EpochStore): Promise<Bench> {
  const results = { count: 0, messages: 0 }
  const opened: { context?: SourceContext } = {}
  const start = source(
    describe({
      ...look,
      type: 'bench/in',
      kind: 'source',
      inputs: [],
      outputs: [{ name: 'out', title: 'Out' }],
      timed: true,
      fields: timingFields,
    }),
    (context) => {
      opened.context = context
      return { start: () => undefined }
    },
  )
  const end = sink(
    describe({
      ...look,
      type: 'bench/out',
      kind: 'sink',
      inputs: [{ name: 'in', title: 'In' }],
      outputs: [],
      fields: {},
    }),
    () => ({
      onMessage: ({ payload }) => {
        results.count += 1
        results.messages += (payload as { readonly n?: number }).n ?? 0
      },
    }),
  )
  const installed = await installedTypes(['core/filter', 'window/aggregate'])
  const nodeTypes: NodeType[] = [...installed.values(), start, end]
  const host = createManualHost({ nodeTypes, startMs: startAt })
  const deployment = openDeployment(
    { flow: flowOf(nodes), connections: [], secrets: {} },
    epochs === undefined ? host : { ...host, epochs },
  )
  await deployment.start()
  const { context } = opened
  if (context === undefined) throw new Error('The source was not opened.')
  const emit = context.emit['out'] ?? (() => undefined)
  const settled = (): void => undefined
  const take = (texts: readonly string[]): void =>
    context.deliver(() => {
      for (const text of texts) emit({ payload: JSON.parse(text), topic: 'sensors' })
    }, settled)
  return { deployment, take, results, endEpoch: () => host.advance(1000) }
}

const startAt = 1_700_000_000_000

function flowOf(nodes: readonly FlowNode[]) {
  const all: readonly FlowNode[] = [
    { id: 'in', type: 'bench/in', config: { eventTime: 'payload.ts', idleAfterMs: 0 } },
    ...nodes,
    { id: 'out', type: 'bench/out', config: {} },
  ]
  const wires = all.slice(1).map(({ id }, at) => ({
    from: { node: all[at]?.id ?? '', port: 'out' },
    to: { node: id, port: 'in' },
  }))
  return { millrace: 1, name: 'bench', title: 'Bench', nodes: all, wires, layout: {} } as const
}

function windowNode(config: Readonly<Record<string, unknown>>): FlowNode {
  const mean = { id: 'mean', name: 'mean', function: 'avg', value: 'payload.temperature' }
  const n = { id: 'n', name: 'n', function: 'count' }
  return {
    id: 'window',
    type: 'window/aggregate',
    config: { groupBy: 'payload.device', aggregates: [mean, n], ...config },
  }
}

/** A reading of about 100 bytes. */
function reading(device: number, ts: number): string {
  const temperature = Math.round(((device * 37 + ts) % 4000) / 4) / 10
  return `{"device":"sensor-${String(device).padStart(7, '0')}","temperature":${temperature},"humidity":44.5,"ok":true,"ts":${ts}}`
}

const batchSize = 256

/** Nanoseconds a message and messages a second: parse, filter, average of 10 s for 10,000 devices. */
async function measureMessages(config: Readonly<Record<string, unknown>>): Promise<number> {
  const filter = { condition: 'payload.temperature >= 10' }
  const bench = await openBench([
    { id: 'filter', type: 'core/filter', config: filter },
    windowNode(config),
  ])
  const count = 256 * 1500
  const texts = Array.from({ length: count }, (_, n) => {
    // 40,000 messages a second of event time, so that a window holds 40 of each device.
    return reading((n * 7919) % 10_000, startAt + Math.floor(n / 40))
  })
  const batches = Array.from({ length: count / batchSize }, (_, at) =>
    texts.slice(at * batchSize, (at + 1) * batchSize),
  )
  let best = Infinity
  for (let round = 0; round < 7; round += 1) {
    const later = batches.map((batch) => shifted(batch, round * 10_000))
    globalThis.gc?.()
    const before = process.cpuUsage()
    for (const batch of later) bench.take(batch)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, ((user + system) * 1000) / count)
  }
  await bench.deployment.stop({ drainMs: 0 })
  if (bench.results.count < 1000) throw new Error(`Only ${bench.results.count} results came.`)
  return best
}

function shifted(batch: readonly string[], byMs: number): readonly string[] {
  return batch.map((text) => {
    const moved = text.replace(/"ts":(\d+)/, (_, ts: string) => `"ts":${Number(ts) + byMs}`)
    // In one piece, as it comes from a socket.
    return Buffer.from(moved).toString('latin1')
  })
}

/** Bytes a device, with a million of them in an open window. */
async function measureMemory(config: Readonly<Record<string, unknown>>): Promise<number> {
  const devices = 1_000_000
  const bench = await openBench([windowNode(config)])
  bench.take([reading(0, startAt)])
  const before = heapBytes()
  for (let at = 0; at < devices; at += 1000) {
    bench.take(
      Array.from({ length: 1000 }, (_, n) => reading(at + n, startAt + Math.floor((at + n) / 50))),
    )
  }
  const bytes = (heapBytes() - before) / devices
  await bench.deployment.stop({ drainMs: 0 })
  if (bench.results.messages > 1) throw new Error('Windows closed before all devices came.')
  return bytes
}

/** Milliseconds to store 10,000 changed devices among 100,000, in the database of the server. */
async function measureEpoch(): Promise<number> {
  return withStore(async (store) => {
    const bench = await openBench([windowNode({ sizeMs: 60_000 })], store)
    const send = (count: number, ts: number): void =>
      bench.take(Array.from({ length: count }, (_, device) => reading(device, ts)))
    send(100_000, startAt)
    bench.endEpoch()
    let best = Infinity
    for (let round = 1; round <= 7; round += 1) {
      send(10_000, startAt + round)
      const before = performance.now()
      bench.endEpoch()
      best = Math.min(best, performance.now() - before)
    }
    const stored = [...store.entries('window', 'groups')].length
    if (stored !== 100_000) throw new Error(`${stored} of 100,000 devices are stored.`)
    await bench.deployment.stop({ drainMs: 0 })
    return best
  })
}

/** Percent by which throughput falls when all of 10,000 devices are stored every second. */
async function measureFall(): Promise<number> {
  const texts = Array.from({ length: 10_240 }, (_, n) => reading(n % 10_000, startAt + n))
  const batches = Array.from({ length: 40 }, (_, at) =>
    texts.slice(at * batchSize, (at + 1) * batchSize),
  )
  return withStore(async (store) => {
    const plain = await openBench([windowNode({ sizeMs: 60_000 })])
    const durable = await openBench([windowNode({ sizeMs: 60_000 })], store)
    const best = { plain: 0, durable: 0 }
    for (let round = 0; round < 5; round += 1) {
      best.plain = Math.max(best.plain, perSecond(plain, batches))
      best.durable = Math.max(best.durable, perSecond(durable, batches))
    }
    for (const { deployment } of [plain, durable]) await deployment.stop({ drainMs: 0 })
    return 100 * (1 - best.durable / best.plain)
  })
}

/** Messages taken in a second, and stored at its end where they are stored at all. */
function perSecond(bench: Bench, batches: readonly (readonly string[])[]): number {
  const before = performance.now()
  let taken = 0
  while (performance.now() - before < 1000) {
    for (const batch of batches) bench.take(batch)
    taken += batches.length * batchSize
  }
  bench.endEpoch()
  return (taken * 1000) / (performance.now() - before)
}

async function withStore(measure: (store: SqliteEpochStore) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const store = new SqliteEpochStore({
    path: join(folder, 'bench.sqlite'),
    now: () => startAt,
    onUnreadable: (problem) => console.error(problem),
  })
  try {
    return await measure(store)
  } finally {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function heapBytes(): number {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('Run with --expose-gc.')
  for (let round = 0; round < 3; round += 1) gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const what = process.argv[2] ?? 'all'
const print = (name: string, value: number, unit: string): void =>
  console.log(`${name.padEnd(44)}${value.toFixed(1).padStart(12)} ${unit}`)

if (what === 'all' || what === 'messages') {
  for (const [name, config] of [
    ['tumbling 10 s', { sizeMs: 10_000 }],
    ['hopping 60 s every 1 s', { type: 'hopping', sizeMs: 60_000, slideMs: 1000 }],
    ['session, gap 1 s', { type: 'session', gapMs: 1000 }],
  ] as const) {
    const nanoseconds = await measureMessages(config)
    print(`JSON to window, ${name}`, nanoseconds, 'ns a message')
  }
}
if (what === 'all' || what === 'memory') {
  for (const [name, config] of [
    ['tumbling 1 min', { sizeMs: 60_000 }],
    ['session, gap 1 min', { type: 'session', gapMs: 60_000 }],
  ] as const) {
    print(`a million devices, ${name}`, await measureMemory(config), 'bytes each')
  }
}
if (what === 'all' || what === 'epochs') {
  print('storing 10,000 changed devices', await measureEpoch(), 'ms')
  print('throughput lost to that every second', await measureFall(), 'percent')
}
