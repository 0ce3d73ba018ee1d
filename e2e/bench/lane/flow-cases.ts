/** The nodes in a flow, run by the engine in this process. */
import { openDeployment } from '@millrace/engine'
import type { EngineHost } from '@millrace/engine'
import type { Flow, FlowNode } from '@millrace/flow'
import { nodeTypes as coreTypes } from '@millrace/nodes-core'
import { nodeTypes as mqttTypes } from '@millrace/nodes-mqtt'
import { nodeTypes as windowTypes } from '@millrace/nodes-window'
import { realTime } from '@millrace/sdk/testing'
import { inConfig } from './node-cases.ts'

async function runFlow(port: number, nodes: readonly FlowNode[]) {
  const types = [...mqttTypes, ...coreTypes, ...windowTypes]
  const { clock, schedule } = realTime(globalThis)
  const host: EngineHost = {
    nodeTypes: new Map(types.map((type) => [(type.descriptor as { type: string }).type, type])),
    clock,
    schedule: (delayMs, run) => {
      if (delayMs > 0) return schedule(delayMs, run)
      const immediate = setImmediate(run)
      return { cancel: () => clearImmediate(immediate) }
    },
    http: {
      route: () => () => undefined,
      respond: () => false,
      stream: () => undefined,
      streamOf: () => undefined,
      onAnswered: () => undefined,
    },
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

export async function flowPassthrough(count: number, port: number): Promise<void> {
  const nodes = [
    flowInput(count, 'x'),
    { id: 'out', type: 'mqtt/out', config: { broker: 'broker' } },
  ]
  await runUntil(count, port, nodes)
}

export async function flowPipeline(count: number, port: number): Promise<void> {
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
