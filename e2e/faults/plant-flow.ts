import type { ConnectionDocument, Flow } from '@millrace/flow'

export interface Places {
  readonly brokerPort: number
  readonly influxUrl: string
}

export const flowName = 'plant'
export const rawFile = 'raw.jsonl'
export const windowFile = 'windows.jsonl'
export const devices = 5
/** Event time from one message to the next. */
export const stepMs = 20
export const windowMs = 1_000
export const startMs = 1_700_000_000_000
/** Number of the message that closes all windows. */
export const endNumber = -1
/** Number of messages that only find out whether anybody listens. */
export const probeNumber = -2

/** Numbered messages by MQTT QoS 1 → file, and → window → InfluxDB and file. */
export const plantFlow: Flow = {
  millrace: 1,
  name: flowName,
  title: 'Plant',
  nodes: [
    {
      id: 'in',
      type: 'mqtt/in',
      config: { broker: 'broker', topic: 'plant/#', qos: '1', eventTime: 'payload.at' },
    },
    { id: 'raw', type: 'file/out', config: { path: rawFile } },
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
      id: 'points',
      type: 'influxdb/out',
      config: {
        server: 'database',
        measurement: 'window',
        tags: [{ name: 'device', value: 'payload.key' }],
        fields: [
          { name: 'count', value: 'payload.count', type: 'integer' },
          { name: 'sum', value: 'payload.sum', type: 'integer' },
        ],
        time: 'payload.start',
        batchAgeMs: 100,
      },
    },
    { id: 'windows', type: 'file/out', config: { path: windowFile } },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'raw', port: 'in' } },
    { from: { node: 'in', port: 'out' }, to: { node: 'window', port: 'in' } },
    { from: { node: 'window', port: 'out' }, to: { node: 'points', port: 'in' } },
    { from: { node: 'window', port: 'out' }, to: { node: 'windows', port: 'in' } },
  ],
  layout: {},
}

export function connectionsOf({ brokerPort, influxUrl }: Places): readonly ConnectionDocument[] {
  const broker = { host: '127.0.0.1', port: brokerPort, clientId: 'plant', receiveMax: 200 }
  return [
    { id: 'broker', type: 'mqtt/connection', name: 'Broker', config: broker },
    {
      id: 'database',
      type: 'influxdb/connection',
      name: 'Database',
      config: { version: '1', url: influxUrl, database: 'plant' },
    },
  ]
}
