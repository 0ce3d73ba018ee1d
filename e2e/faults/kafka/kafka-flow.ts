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
      config: { cluster: 'kafka', topic: readings, eventTime: 'payload.at', fetchWaitMs: 50 },
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

export function kafkaConnections(brokers: string): readonly ConnectionDocument[] {
  return [{ id: 'kafka', type: 'kafka/connection', name: 'Kafka', config: { brokers } }]
}
