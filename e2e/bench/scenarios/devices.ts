import { startMqttLoad, type MqttLoad } from '../load/mqtt-driver.ts'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import type { Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { brokerAt, millracePipeline } from './flows.ts'
import { figuresOf, type Measured, type Scenario } from './scenario.ts'

const counts = [10, 100, 1000]
const messages = 400_000

/** Whether a message costs more the more devices there are. */
export const devices: Scenario = {
  name: 'devices',
  about: 'MQTT in → filter → change → 1 s average per device → MQTT out, by number of devices',
  measure: async ({ runs, say }) => {
    const millrace: Measured[] = []
    for (let run = 0; run < runs; run += 1) {
      const measured = await once()
      say(`devices: ${JSON.stringify(measured)}`)
      millrace.push(measured)
    }
    return figuresOf(
      'devices',
      [
        ...counts.map((count) => ({ measure: nameOf(count), unit: 'µs/message', isCost: true })),
        { measure: '1,000 against 10', unit: 'times the cost', isCost: true, goal: 'flat' },
      ],
      { millrace, peer: [] },
    )
  },
}

async function once(): Promise<Measured> {
  const load = await startMqttLoad()
  const peer = await startMillrace()
  try {
    await deployMillrace(peer, millracePipeline, [brokerAt(load.port)])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await costOf(peer, load, 100)
    const costs: number[] = []
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that they can be compared
    for (const count of counts) costs.push(await costOf(peer, load, count))
    const [few = Number.NaN, many = Number.NaN] = [costs[0], costs.at(-1)]
    const named = counts.map((count, index) => [nameOf(count), costs[index] ?? Number.NaN])
    return { ...Object.fromEntries(named), '1,000 against 10': many / few }
  } finally {
    await peer.stop()
    load.close()
  }
}

async function costOf(peer: Peer, load: MqttLoad, count: number): Promise<number> {
  const before = processCost(peer.pid).cpuUs
  const { sent } = await load.run({
    count: messages,
    ratePerSecond: 0,
    devices: count,
    // All of them pass the filter.
    oneIn: 1,
    isEcho: false,
    patienceMs: 5000,
  })
  return (processCost(peer.pid).cpuUs - before) / sent
}

function nameOf(count: number): string {
  return `${count.toLocaleString('en-US')} devices`
}
