import type { Flow } from '@millrace/flow'
import { startMosquitto } from '@millrace/services'
import { quantile, startMqttLoad, type MqttLoad } from '../load/mqtt-driver.ts'
import type { LoadPlan } from '../load/mqtt-load.ts'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { deployNodeRed, startNodeRed } from '../peers/node-red.ts'
import type { Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import {
  brokerAt,
  millracePassthrough,
  millracePipeline,
  redPassthrough,
  redPipeline,
} from './flows.ts'
import { byTurns, figuresOf, type Measured, type Scenario } from './scenario.ts'

const flat: LoadPlan = {
  count: 600_000,
  ratePerSecond: 0,
  devices: 1000,
  oneIn: 10,
  isEcho: true,
  patienceMs: 5000,
}

const costs = [
  { measure: 'CPU', unit: 'µs/message', isCost: true },
  { measure: 'throughput', unit: 'messages/s', isCost: false },
  { measure: 'lost', unit: 'messages', isCost: true, goal: '0' },
] as const

const latencies = [
  { measure: 'p99 at 1k/s', unit: 'ms', isCost: true, goal: '≤ 0.6' },
  { measure: 'p99 at 20k/s', unit: 'ms', isCost: true, goal: '≤ 1.5' },
] as const

/** Everything in at a direct broker comes out again. */
export const passthrough = mqttScenario({
  name: 'passthrough',
  about: 'MQTT in → MQTT out, 120-byte JSON, QoS 0; the generator is the broker',
  goal: '≤ 1/3',
  isEcho: true,
  isThroughMosquitto: false,
  flow: millracePassthrough,
  red: redPassthrough,
})

export const passthroughMosquitto = mqttScenario({
  name: 'passthrough-mosquitto',
  about: 'the same through mosquitto',
  goal: '≤ 1/3',
  isEcho: true,
  isThroughMosquitto: true,
  flow: millracePassthrough,
  red: redPassthrough,
})

export const pipeline = mqttScenario({
  name: 'pipeline',
  about: 'MQTT in → filter (1 in 10) → change → 1 s average per device (1,000) → MQTT out',
  goal: '≤ 1/5',
  isEcho: false,
  isThroughMosquitto: false,
  flow: millracePipeline,
  red: redPipeline,
})

interface MqttWork {
  readonly name: string
  readonly about: string
  readonly goal: string
  readonly isEcho: boolean
  readonly isThroughMosquitto: boolean
  readonly flow: Flow
  readonly red: (port: number) => object[]
}

function mqttScenario(work: MqttWork): Scenario {
  return {
    name: work.name,
    about: work.about,
    measure: async ({ runs, say }) => {
      const results = await byTurns(
        runs,
        () => once(work, 'millrace', say),
        () => once(work, 'node-red', say),
      )
      const [cpu, ...rest] = costs
      const measures = [{ ...cpu, goal: work.goal }, ...rest, ...(work.isEcho ? latencies : [])]
      return figuresOf(work.name, measures, results)
    },
  }
}

async function once(
  work: MqttWork,
  name: Peer['name'],
  say: (text: string) => void,
): Promise<Measured> {
  const broker = work.isThroughMosquitto ? await startMosquitto() : undefined
  const load = await startMqttLoad(broker?.port)
  const peer = name === 'millrace' ? await startMillrace() : await startNodeRed()
  try {
    if (name === 'millrace') await deployMillrace(peer, work.flow, [brokerAt(load.port)])
    else await deployNodeRed(peer, work.red(load.port))
    await ready(load, work)
    const measured = {
      ...(await throughputOf(load, peer, work)),
      ...(work.isEcho ? await latencyOf(load) : {}),
    }
    say(`${work.name} ${name}: ${JSON.stringify(measured)}`)
    return measured
  } finally {
    await peer.stop()
    load.close()
    await broker?.stop()
  }
}

/** Waits for the subscription, and warms both sides up. */
async function ready(load: MqttLoad, work: MqttWork): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  await load.run({ ...flat, count: 100_000, isEcho: work.isEcho })
}

async function throughputOf(load: MqttLoad, peer: Peer, work: MqttWork): Promise<Measured> {
  const before = processCost(peer.pid)
  const result = await load.run({ ...flat, isEcho: work.isEcho })
  const after = processCost(peer.pid)
  return {
    CPU: (after.cpuUs - before.cpuUs) / result.sent,
    throughput: (result.sent / result.elapsedMs) * 1000,
    lost: work.isEcho ? result.sent - result.received : 0,
  }
}

async function latencyOf(load: MqttLoad): Promise<Measured> {
  const at = async (ratePerSecond: number): Promise<number> => {
    const result = await load.run({ ...flat, count: ratePerSecond * 5, ratePerSecond })
    return quantile(result.latenciesUs, 0.99) / 1000
  }
  return { 'p99 at 1k/s': await at(1000), 'p99 at 20k/s': await at(20_000) }
}
