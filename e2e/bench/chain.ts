/**
 * What the engine itself costs: nanoseconds a hop through real change nodes, fanning out a 2 KB
 * object, and deploying many nodes. Everything in process, through the real engine.
 * Run: node e2e/bench/chain.ts
 */
import { openDeployment } from '@millrace/engine'
import type { Deployment, DeploymentSpec } from '@millrace/engine'
import { createManualHost } from '@millrace/engine/testing'
import type { Flow, FlowNode, Wire } from '@millrace/flow'
import { installedTypes } from '../installed-types.ts'
import { sink, source } from '@millrace/sdk'
import type { Emit, Message, NodeType } from '@millrace/sdk'
import { describe } from '@millrace/sdk/descriptor'

const coreTypes = await installedTypes(['core/change', 'core/filter'])

const look = {
  version: 1,
  title: 'Bench',
  summary: 'For benchmarks.',
  category: 'observe',
  icon: 'gauge',
} as const

interface Bench {
  types: readonly NodeType[]
  /** Emits a message at the node `in`. */
  emit: Emit
  /** Messages that reached a sink. */
  arrived: number
}

function createBench(): Bench {
  const bench: Bench = { types: [], emit: () => undefined, arrived: 0 }
  const ports = { inputs: [{ name: 'in', title: 'In' }], outputs: [{ name: 'out', title: 'Out' }] }
  const start = source(
    describe({ ...look, ...ports, inputs: [], type: 'bench/in', kind: 'source', fields: {} }),
    ({ emit }) => {
      // The port is declared one line above.
      bench.emit = emit['out'] ?? bench.emit
      return { start: () => undefined }
    },
  )
  const end = sink(
    describe({ ...look, ...ports, outputs: [], type: 'bench/out', kind: 'sink', fields: {} }),
    () => ({
      onMessage: () => {
        bench.arrived += 1
      },
    }),
  )
  bench.types = [...coreTypes.values(), start, end]
  return bench
}

function wire(from: string, to: string): Wire {
  return { from: { node: from, port: 'out' }, to: { node: to, port: 'in' } }
}

function changeNode(id: string, place = 'topic', value = '"changed"'): FlowNode {
  return { id, type: 'core/change', config: { rows: [{ action: 'set', place, value }] } }
}

function chainOf(hops: number, node: (id: string) => FlowNode): DeploymentSpec {
  const ids = Array.from({ length: hops }, (_, index) => `n${index}`)
  const nodes = [
    { id: 'in', type: 'bench/in', config: {} },
    ...ids.map((id) => node(id)),
    { id: 'out', type: 'bench/out', config: {} },
  ]
  return specOf(
    nodes,
    nodes.slice(1).map(({ id }, index) => wire(nodes[index]?.id ?? 'in', id)),
  )
}

function specOf(nodes: readonly FlowNode[], wires: readonly Wire[]): DeploymentSpec {
  const flow: Flow = { millrace: 1, name: 'bench', title: 'Bench', nodes, wires, layout: {} }
  return { flow, connections: [], secrets: {} }
}

async function open(bench: Bench, spec: DeploymentSpec): Promise<Deployment> {
  const deployment = openDeployment(spec, createManualHost({ nodeTypes: bench.types }))
  await deployment.start()
  return deployment
}

/** Nanoseconds for one call of `run`, the best of several rounds. */
function nanoseconds(count: number, run: () => void): number {
  let best = Infinity
  for (let round = 0; round < 7; round += 1) {
    const before = performance.now()
    for (let index = 0; index < count; index += 1) run()
    best = Math.min(best, ((performance.now() - before) * 1e6) / count)
  }
  return best
}

async function measureChain(hops: number, node: (id: string) => FlowNode): Promise<number> {
  const bench = createBench()
  const deployment = await open(bench, chainOf(hops, node))
  const time = nanoseconds(200_000, () => bench.emit({ payload: 1, topic: 'a', time: 1 }))
  if (bench.arrived !== 1_400_000) throw new Error(`${bench.arrived} of 1,400,000 arrived.`)
  await deployment.stop({ drainMs: 0 })
  return time
}

function twoKilobytes(): Message {
  const readings = Array.from({ length: 40 }, (_, index) => ({
    name: `sensor-${index}`,
    value: index * 1.5,
    unit: 'degC',
  }))
  return {
    payload: { device: 'd1', readings, tags: { site: 'north', line: 3 } },
    topic: 'a',
    time: 1,
  }
}

async function measureFanOut(): Promise<number> {
  const bench = createBench()
  const outs = ['a', 'b', 'c', 'd', 'e']
  const nodes = [
    { id: 'in', type: 'bench/in', config: {} },
    ...outs.map((id) => changeNode(id)),
    { id: 'out', type: 'bench/out', config: {} },
  ]
  const wires = outs.flatMap((id) => [wire('in', id), wire(id, 'out')])
  const deployment = await open(bench, specOf(nodes, wires))
  const message = twoKilobytes()
  const time = nanoseconds(200_000, () => bench.emit({ ...message }))
  await deployment.stop({ drainMs: 0 })
  return time
}

/** Chains of ten change nodes, all from the one source. */
function branches(count: number): DeploymentSpec {
  const ids = Array.from({ length: count - 1 }, (_, index) => `n${index}`)
  const nodes = [{ id: 'in', type: 'bench/in', config: {} }, ...ids.map((id) => changeNode(id))]
  const wires = ids.map((id, index) => wire(index % 10 === 0 ? 'in' : `n${index - 1}`, id))
  return structuredClone(specOf(nodes, wires))
}

/** The same flow with one node changed; what is unchanged stays the same object, as in a worker. */
function withChanged(spec: DeploymentSpec, id: string): DeploymentSpec {
  const nodes = spec.flow.nodes.map((node) => {
    return node.id === id ? changeNode(id, 'topic', `"changed ${id}"`) : node
  })
  return { ...spec, flow: { ...spec.flow, nodes } }
}

async function measureDeploy(count: number): Promise<{ start: number; update: number }> {
  const bench = createBench()
  const first = branches(count)
  const before = performance.now()
  const deployment = await open(bench, first)
  const start = performance.now() - before
  let update = Infinity
  for (const changed of ['n7', 'n77', 'n777', 'n8', 'n88']) {
    const next = withChanged(first, changed)
    const from = performance.now()
    await deployment.update(next)
    update = Math.min(update, performance.now() - from)
  }
  await deployment.stop({ drainMs: 0 })
  return { start, update }
}

const print = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(44)}${value.toFixed(1).padStart(10)} ${unit}`)

const none = await measureChain(0, changeNode)
print('source to sink', none, 'ns a message')
for (const hops of [1, 5, 20]) {
  const time = await measureChain(hops, changeNode)
  print(`chain of ${hops} change nodes (set topic)`, (time - none) / hops, 'ns a hop')
}
const inPayload = (id: string): FlowNode => changeNode(id, 'payload.x', 'payload.x + 1')
print(
  'chain of 20 change nodes (set payload.x)',
  ((await measureChain(20, inPayload)) - none) / 20,
  'ns a hop',
)
const filter = (id: string): FlowNode => ({
  id,
  type: 'core/filter',
  config: { condition: 'payload > 0' },
})
print('chain of 20 filter nodes', ((await measureChain(20, filter)) - none) / 20, 'ns a hop')
print('fan-out 1 to 5 change nodes, 2 KB object', await measureFanOut(), 'ns a message')
for (const count of [1_000, 5_000]) {
  const { start, update } = await measureDeploy(count)
  print(`start of ${count} nodes`, start, 'ms')
  print(`update of 1 changed node among ${count}`, update, 'ms')
}
