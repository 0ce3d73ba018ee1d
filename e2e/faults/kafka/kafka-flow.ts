import type { ConnectionDocument, Flow } from '@millrace/flow'

export const readings = 'readings'
export const raw = 'raw'
export const windows = 'windows'
export const partitions = 2
export const windowMs = 1_000

const exactlyOnce = { cluster: 'kafka', guarantee: 'exactlyOnce' }

/** Numbered messages of Kafka → Kafka, and → window → Kafka, both in transactions. */
export const kafkaFlow: Flow = {
  millrace: 1,
  name: 'kafka',
  title: 'Kafka',
  nodes: [
    {
      id: 'in',
      type: 'kafka/in',
      config: {
        cluster: 'kafka',
        topic: readings,
        eventTime: 'payload.at',
        fetchWaitMs: 50,
        // A batch that was not acknowledged comes again, and is then late by as much as it spans.
        lateByMs: 2_000,
      },
    },
    { id: 'raw', type: 'kafka/out', config: { ...exactlyOnce, topic: raw } },
    {
      id: 'window',
      type: 'window/aggregate',
      config: {
        type: 'tumbling',
        sizeMs: windowMs,
        groupBy: 'payload.device',
        aggregates: [
          { id: 'c', function: 'count', name: 'count' },
          { id: 's', function: 'sum', value: 'payload.n', name: 'sum' },
        ],
      },
    },
    {
      id: 'windows',
      type: 'kafka/out',
      config: { ...exactlyOnce, topic: windows, key: 'payload.key' },
    },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'raw', port: 'in' } },
    { from: { node: 'in', port: 'out' }, to: { node: 'window', port: 'in' } },
    { from: { node: 'window', port: 'out' }, to: { node: 'windows', port: 'in' } },
  ],
  layout: {},
}

export const sessionTimeoutMs = 6_000

/** The part of it that several engines may share: messages go through one at a time. */
export const sharedFlow: Flow = {
  ...kafkaFlow,
  nodes: kafkaFlow.nodes
    .filter(({ id }) => id === 'in' || id === 'raw')
    .map((node) =>
      node.id === 'in' ? { ...node, config: { ...node.config, sessionTimeoutMs } } : node,
    ),
  wires: kafkaFlow.wires.filter(({ to }) => to.node === 'raw'),
}

export function kafkaConnections(brokers: string): readonly ConnectionDocument[] {
  return [{ id: 'kafka', type: 'kafka/connection', name: 'Kafka', config: { brokers } }]
}
