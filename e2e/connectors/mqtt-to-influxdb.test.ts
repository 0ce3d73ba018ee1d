import type { ConnectionDocument, FlowNode } from '@millrace/flow'
import { startInfluxd, startMosquitto } from '@millrace/services'
import type { Influxd } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { connectAsync } from 'mqtt'
import { afterEach, expect, test, vi } from 'vitest'
import { hostFlow, specOf } from './flow-host.ts'
import type { HostedFlow } from './flow-host.ts'

const opened: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 })

async function servers() {
  const mosquitto = await startMosquitto({ isPersistent: true })
  opened.push(() => mosquitto.stop())
  const influxd = await startInfluxd({ databases: ['plant'] })
  opened.push(() => influxd.stop())
  const publisher = await connectAsync(mosquitto.url)
  publisher.on('error', () => undefined)
  opened.push(() => publisher.endAsync(true))
  const publish = async (from: number, count: number) => {
    for (let n = from; n < from + count; n += 1) {
      const payload = JSON.stringify({ device: `device-${n % 7}`, n, at: 1_700_000_000_000 + n })
      await publisher.publishAsync('plant/reading', payload, { qos: 1 })
    }
  }
  const connections: ConnectionDocument[] = [
    {
      id: 'broker',
      type: 'mqtt/connection',
      name: 'Broker',
      config: {
        host: '127.0.0.1',
        port: mosquitto.port,
        session: 'persistent',
        clientId: 'flow-under-test',
      },
    },
    {
      id: 'database',
      type: 'influxdb/connection',
      name: 'Database',
      config: { version: '1', url: influxd.url, database: 'plant' },
    },
  ]
  return { mosquitto, influxd, publish, connections }
}

const nodes = (measurement = 'reading'): readonly FlowNode[] => [
  {
    id: 'in',
    type: 'mqtt/in',
    config: { broker: 'broker', topic: 'plant/#', qos: '1', eventTime: 'payload.at' },
  },
  { id: 'filter', type: 'core/filter', config: { condition: 'payload.n >= 0' } },
  {
    id: 'out',
    type: 'influxdb/out',
    config: {
      server: 'database',
      measurement,
      tags: [{ name: 'device', value: 'payload.device' }],
      fields: [{ name: 'n', value: 'payload.n', type: 'integer' }],
      batchAgeMs: 50,
    },
  },
]

async function numbersIn(influxd: Influxd, measurement = 'reading'): Promise<unknown[]> {
  const rows = await influxd.query(`SELECT n FROM ${measurement}`, 'plant')
  return rows.map(({ n }) => n)
}

const count = (total: number) => Array.from({ length: total }, (_, n) => n)
const stop = (flow: HostedFlow, drainMs: number) => flow.deployment.stop({ drainMs })

describeWith(['mosquitto', 'influxd'], 'a flow from MQTT to InfluxDB', () => {
  test('writes every reading with its own time', async () => {
    const { influxd, publish, connections } = await servers()
    const flow = await hostFlow(nodes(), connections)
    opened.push(() => stop(flow, 0))
    await until(() => expect(flow.status('in')?.state).toBe('ok'))
    await publish(0, 100)
    await until(async () => expect(await numbersIn(influxd)).toEqual(count(100)))
    const [first] = await influxd.query('SELECT * FROM reading LIMIT 1', 'plant')
    expect(first).toMatchObject({ time: 1_700_000_000_000, device: 'device-0', n: 0 })
  })

  test('loses nothing when the database and the broker go away in turn', async () => {
    const { mosquitto, influxd, publish, connections } = await servers()
    const flow = await hostFlow(nodes(), connections)
    opened.push(() => stop(flow, 0))
    await until(() => expect(flow.status('in')?.state).toBe('ok'))
    await publish(0, 50)
    await influxd.kill()
    await publish(50, 100)
    await until(() => expect(flow.status('out')?.state).toBe('error'))
    await mosquitto.restart()
    await until(() => expect(flow.status('in')?.state).toBe('ok'))
    await publish(150, 50)
    await influxd.restart()
    await until(async () => expect(await numbersIn(influxd)).toEqual(count(200)))
    await until(() => expect(flow.status('out')?.state).toBe('ok'))
  })

  test('reads again after a restart what it could not write before', async () => {
    const { influxd, publish, connections } = await servers()
    const first = await hostFlow(nodes(), connections)
    await until(() => expect(first.status('in')?.state).toBe('ok'))
    await publish(0, 10)
    await until(async () => expect(await numbersIn(influxd)).toHaveLength(10))
    await influxd.kill()
    await publish(10, 40)
    await until(() => expect(first.status('out')?.state).toBe('error'))
    await stop(first, 50)
    await publish(50, 10)
    await influxd.restart()
    const second = await hostFlow(nodes(), connections)
    opened.push(() => stop(second, 0))
    await until(async () => expect(await numbersIn(influxd)).toEqual(count(60)))
  })

  test('loses nothing when nodes change while messages come', async () => {
    const { influxd, publish, connections } = await servers()
    const flow = await hostFlow(nodes('before'), connections)
    opened.push(() => stop(flow, 0))
    await until(() => expect(flow.status('in')?.state).toBe('ok'))
    const publishing = publish(0, 1000)
    await until(async () => expect((await numbersIn(influxd, 'before')).length).toBeGreaterThan(50))
    const { restarted } = await flow.deployment.update(specOf(nodes('after'), connections))
    expect(restarted).toEqual(['out'])
    await publishing
    await until(async () => {
      const all = [...(await numbersIn(influxd, 'before')), ...(await numbersIn(influxd, 'after'))]
      expect(new Set(all).size).toBe(1000)
    })
  })
})
