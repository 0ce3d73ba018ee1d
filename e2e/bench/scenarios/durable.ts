import type { Flow } from '@millrace/flow'
import { quantile, startMqttLoad, type MqttLoad } from '../load/mqtt-driver.ts'
import type { LoadPlan } from '../load/mqtt-load.ts'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import type { Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { brokerAt, millraceSafePassthrough, millraceSafeWindow } from './flows.ts'
import { figuresOf, type Measured, type Scenario } from './scenario.ts'

const plan: LoadPlan = {
  count: 400_000,
  ratePerSecond: 0,
  devices: 1000,
  oneIn: 10,
  isEcho: false,
  qos: 1,
  patienceMs: 5000,
}
const latencySeconds = 8

/** What it costs that nothing acknowledged is lost: the same flows with and without durability. */
export const durable: Scenario = {
  name: 'durable',
  about: 'MQTT QoS 1 → 1 s average per device (1,000) → MQTT; and passing on at 10,000/s',
  measure: async ({ runs, say }) => {
    const millrace: Measured[] = []
    for (let run = 0; run < runs; run += 1) {
      const without = await once('without durability', say)
      const durably = await once('durable', say)
      millrace.push({
        ...without,
        ...durably,
        share: ((durably['durable: throughput'] ?? 0) / (without['plain: throughput'] ?? 0)) * 100,
      })
    }
    return figuresOf(
      'durable',
      [
        { measure: 'plain: throughput', unit: 'messages/s', isCost: false },
        { measure: 'durable: throughput', unit: 'messages/s', isCost: false },
        { measure: 'share', unit: '% of the throughput', isCost: false, goal: '≥ 60' },
        { measure: 'plain: CPU', unit: 'µs/message', isCost: true },
        { measure: 'durable: CPU', unit: 'µs/message', isCost: true },
        { measure: 'plain: p50 at 10k/s', unit: 'ms', isCost: true },
        { measure: 'plain: p99 at 10k/s', unit: 'ms', isCost: true, goal: '< 5' },
        { measure: 'durable: p50 at 10k/s', unit: 'ms', isCost: true },
        { measure: 'durable: p99 at 10k/s', unit: 'ms', isCost: true, goal: '< 25' },
        { measure: 'lost', unit: 'messages', isCost: true, goal: '0' },
      ],
      { millrace, peer: [] },
    )
  },
}

async function once(
  how: 'durable' | 'without durability',
  say: (text: string) => void,
): Promise<Measured> {
  const options = how === 'durable' ? [] : ['--no-durability']
  const throughput = await withFlow(millraceSafeWindow, options, throughputOf)
  const latency = await withFlow(millraceSafePassthrough, options, latencyOf)
  const measured = { ...throughput, ...latency }
  say(`${how}: ${JSON.stringify(measured)}`)
  const name = how === 'durable' ? 'durable' : 'plain'
  const named = Object.entries(measured).map(([measure, value]) => [`${name}: ${measure}`, value])
  return { ...Object.fromEntries(named), lost: measured['lost'] ?? Number.NaN }
}

type Measure = (load: MqttLoad, peer: Peer) => Promise<Measured>

async function withFlow(
  flow: Flow,
  options: readonly string[],
  measure: Measure,
): Promise<Measured> {
  const load = await startMqttLoad()
  const peer = await startMillrace(options)
  try {
    await deployMillrace(peer, flow, [brokerAt(load.port)])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await load.run({ ...plan, count: 100_000 })
    return await measure(load, peer)
  } finally {
    await peer.stop()
    load.close()
  }
}

const throughputOf: Measure = async (load, peer) => {
  const before = processCost(peer.pid)
  const { sent, elapsedMs } = await load.run(plan)
  const after = processCost(peer.pid)
  return { throughput: (sent / elapsedMs) * 1000, CPU: (after.cpuUs - before.cpuUs) / sent }
}

const latencyOf: Measure = async (load) => {
  const ratePerSecond = 10_000
  const count = ratePerSecond * latencySeconds
  const result = await load.run({ ...plan, isEcho: true, ratePerSecond, count })
  return {
    'p50 at 10k/s': quantile(result.latenciesUs, 0.5) / 1000,
    'p99 at 10k/s': quantile(result.latenciesUs, 0.99) / 1000,
    lost: result.sent - result.received,
  }
}
