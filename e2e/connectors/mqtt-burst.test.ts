import type { ConnectionDocument, FlowNode } from '@millrace/flow'
import { startInfluxd, startMosquitto } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { connectAsync } from 'mqtt'
import { afterEach, expect, test, vi } from 'vitest'
import { hostFlow } from './flow-host.ts'

const opened: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const all = Array.from({ length: 2000 }, (_, n) => n)

/** Retained messages come all at once, as soon as somebody subscribes. */
async function retain(url: string): Promise<void> {
  const publisher = await connectAsync(url)
  const sending = all.map((n) => {
    const payload = JSON.stringify({ n, at: 1_700_000_000_000 + n })
    return publisher.publishAsync(`burst/${n}`, payload, { qos: 1, retain: true })
  })
  await Promise.all(sending)
  await publisher.endAsync()
}

const nodes = (qos: string): readonly FlowNode[] => [
  {
    id: 'in',
    type: 'mqtt/in',
    config: { broker: 'broker', topic: 'burst/#', qos, eventTime: 'payload.at' },
  },
  {
    id: 'out',
    type: 'influxdb/out',
    config: {
      server: 'database',
      measurement: 'burst',
      fields: [{ name: 'n', value: 'payload.n', type: 'integer' }],
      batchPoints: 5,
      bufferPoints: 5,
      batchAgeMs: 1,
    },
  },
]

describeWith(['mosquitto', 'influxd'], 'a burst of 2,000 messages', () => {
  test.for(['0', '1'])('passes a sink with room for five, with QoS %s', async (qos) => {
    const mosquitto = await startMosquitto()
    opened.push(() => mosquitto.stop())
    const influxd = await startInfluxd({ databases: ['plant'] })
    opened.push(() => influxd.stop())
    await retain(mosquitto.url)
    const connections: ConnectionDocument[] = [
      {
        id: 'broker',
        type: 'mqtt/connection',
        name: 'Broker',
        config: { host: '127.0.0.1', port: mosquitto.port },
      },
      {
        id: 'database',
        type: 'influxdb/connection',
        name: 'Database',
        config: { version: '1', url: influxd.url, database: 'plant' },
      },
    ]
    const { deployment } = await hostFlow(nodes(qos), connections)
    opened.push(() => deployment.stop({ drainMs: 0 }))
    await vi.waitFor(
      async () => {
        const rows = await influxd.query('SELECT n FROM burst', 'plant')
        expect(rows.map((row) => row['n'])).toEqual(all)
      },
      { timeout: 30_000, interval: 50 },
    )
    const { nodes: gauges } = deployment.counters()
    expect(gauges.find(({ node }) => node === 'out')).toMatchObject({ received: 2000, errors: 0 })
  })
})
