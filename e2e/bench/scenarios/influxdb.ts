import { Agent, request } from 'node:http'
import type { ConnectionDocument, Flow } from '@millrace/flow'
import { startInfluxd, type Influxd } from '@millrace/services'
import { startMqttLoad } from '../load/mqtt-driver.ts'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { processCost } from '../process-cost.ts'
import { brokerAt } from './flows.ts'
import { figuresOf, type Measured, type Scenario } from './scenario.ts'

const points = 600_000
const devices = 1_000
const batchPoints = 5_000
/** Each point has a time of its own, so that none takes another's place. */
const startMs = 1_700_000_000_000
const patienceMs = 60_000

/**
 * Points into Debian's InfluxDB 1.6.7: out of MQTT through InfluxDB out, and by a client that does
 * nothing but write lines of the same form in batches of the same size.
 */
export const influxdb: Scenario = {
  name: 'influxdb',
  about: 'MQTT in → InfluxDB out into influxd, 5,000 points a batch; a raw client beside it',
  measure: async ({ runs, say }) => {
    const millrace: Measured[] = []
    for (let run = 0; run < runs; run += 1) {
      const measured = {
        ...(await throughMillrace()),
        'raw client, 1 connection': await raw(1),
        'raw client, 4 connections': await raw(4),
      }
      say(JSON.stringify(measured))
      millrace.push(measured)
    }
    return figuresOf(
      'influxdb',
      [
        { measure: 'throughput', unit: 'points/s', isCost: false, goal: '≥ 100,000' },
        { measure: 'CPU', unit: 'µs/point', isCost: true },
        { measure: 'lost', unit: 'points', isCost: true, goal: '0' },
        { measure: 'raw client, 1 connection', unit: 'points/s', isCost: false },
        { measure: 'raw client, 4 connections', unit: 'points/s', isCost: false },
      ],
      { millrace, peer: [] },
    )
  },
}

async function throughMillrace(): Promise<Measured> {
  const database = await startInfluxd({ databases: ['bench'] })
  const load = await startMqttLoad()
  const peer = await startMillrace(['--no-durability'])
  try {
    await deployMillrace(peer, flow, [brokerAt(load.port), connectionTo(database)])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const plan = {
      count: points,
      ratePerSecond: 0,
      devices,
      oneIn: 10,
      isEcho: false,
      patienceMs: 20_000,
    }
    // Warms up; what it writes is written again, as the same points.
    await load.run({ ...plan, count: 100_000 })
    const before = processCost(peer.pid)
    const startedAt = performance.now()
    const { sent } = await load.run(plan)
    const stored = await whenStored(database, sent)
    const elapsedMs = performance.now() - startedAt
    const { cpuUs } = processCost(peer.pid)
    return {
      throughput: (stored / elapsedMs) * 1000,
      CPU: (cpuUs - before.cpuUs) / points,
      lost: sent - stored,
    }
  } finally {
    await peer.stop()
    load.close()
    await database.stop()
  }
}

async function whenStored(database: Influxd, wanted: number): Promise<number> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const [row] = await database.query('SELECT count("value") FROM "reading"', 'bench')
    const stored = Number(row?.['count'] ?? 0)
    if (stored >= wanted || performance.now() > deadline) return stored
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const connectionTo = ({ url }: Influxd): ConnectionDocument => ({
  id: 'bench-influxdb',
  type: 'influxdb/connection',
  name: 'bench',
  config: { version: '1', url, database: 'bench', isCompressed: false },
})

const marker = { broker: 'bench-broker', qos: '0' }

const flow: Flow = {
  millrace: 1,
  name: 'influxdb',
  title: 'influxdb',
  nodes: [
    { id: 'in', type: 'mqtt/in', config: { ...marker, topic: 'bench/in/#' } },
    {
      id: 'out',
      type: 'influxdb/out',
      config: {
        server: 'bench-influxdb',
        measurement: 'reading',
        tags: [{ name: 'device', value: 'payload.device' }],
        fields: [{ name: 'value', value: 'payload.value', type: 'auto' }],
        time: `${startMs} + payload.seq`,
        batchPoints,
      },
    },
    { id: 'marker-in', type: 'mqtt/in', config: { ...marker, topic: 'bench/marker' } },
    { id: 'marker-out', type: 'mqtt/out', config: { ...marker, topic: 'bench/marked' } },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'out', port: 'in' } },
    { from: { node: 'marker-in', port: 'out' }, to: { node: 'marker-out', port: 'in' } },
  ],
  layout: {},
}

/** Points a second of a client that only writes. */
async function raw(connections: number): Promise<number> {
  const database = await startInfluxd({ databases: ['bench'] })
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  try {
    const startedAt = performance.now()
    let next = 0
    const writeAll = async (): Promise<void> => {
      while (next < points) {
        const from = next
        next += batchPoints
        await post(`${database.url}/write?db=bench&precision=ms`, linesFrom(from), agent)
      }
    }
    await Promise.all(Array.from({ length: connections }, writeAll))
    const stored = await whenStored(database, points)
    return (stored / (performance.now() - startedAt)) * 1000
  } finally {
    agent.destroy()
    await database.stop()
  }
}

function linesFrom(from: number): string {
  let lines = ''
  for (let index = from; index < from + batchPoints; index += 1) {
    const device = `d${String(index % devices).padStart(4, '0')}`
    lines += `reading,device=${device} value=${index % 10 === 0 ? 5 : 50}.25 ${startMs + index}\n`
  }
  return lines
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent }, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 204) resolve()
        else reject(new Error(`influxd answered ${response.statusCode}`))
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
