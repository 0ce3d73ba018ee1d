import type { Bundle, Flow } from '@millrace/flow'
import { startMosquitto } from '@millrace/services'
import { startMqttLoad } from '../load/mqtt-driver.ts'
import { startMillrace } from '../peers/millrace.ts'
import { call, until, type Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { brokerAt, flowOf } from './flows.ts'
import { figuresOf, type Measured, type Scenario } from './scenario.ts'

const count = 300
const deployersAtOnce = 8
const settleMs = 5_000

/** Many small flows on one server, from a bundle until each of them raises its alert. */
export const manyFlows: Scenario = {
  name: 'many-flows',
  about: `${count} flows (MQTT in → filter → alert, one broker), imported and deployed`,
  measure: async ({ runs, say }) => {
    const millrace: Measured[] = []
    for (let run = 0; run < runs; run += 1) {
      const measured = await once(say)
      say(`many-flows: ${JSON.stringify(measured)}`)
      millrace.push(measured)
    }
    return figuresOf(
      'many-flows',
      [
        { measure: 'until all run', unit: 's', isCost: true, goal: '≤ 10' },
        { measure: 'memory', unit: 'MB', isCost: true, goal: '< 1,000' },
        { measure: 'a flow', unit: 'MB', isCost: true },
        { measure: 'idle processor', unit: '% of a core', isCost: true },
        { measure: 'alerts missing', unit: 'flows', isCost: true, goal: '0' },
      ],
      { millrace, peer: [] },
    )
  },
}

async function once(say: (text: string) => void): Promise<Measured> {
  const broker = await startMosquitto()
  const load = await startMqttLoad(broker.port)
  const peer = await startMillrace()
  try {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    const before = processCost(peer.pid).memoryBytes
    const started = performance.now()
    await call('POST', `${peer.url}/api/import`, bundle(broker.port))
    say(`imported after ${((performance.now() - started) / 1000).toFixed(1)} s`)
    await deployAll(peer)
    const seconds = (performance.now() - started) / 1000
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    const after = processCost(peer.pid).memoryBytes
    return {
      'until all run': seconds,
      memory: after / 1e6,
      'a flow': (after - before) / count / 1e6,
      'idle processor': await idleShare(peer),
      'alerts missing': count - (await alertsRaised(peer, load)),
    }
  } finally {
    await peer.stop()
    load.close()
    await broker.stop()
  }
}

async function deployAll(peer: Peer): Promise<void> {
  const names = flows().map((flow) => flow.name)
  const deployer = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      // oxlint-disable-next-line no-await-in-loop -- so many at once, as a browser would ask
      await call('POST', `${peer.url}/api/flows/${name}/deploy`, {})
    }
  }
  await Promise.all(Array.from({ length: deployersAtOnce }, deployer))
}

async function idleShare(peer: Peer): Promise<number> {
  const seconds = 4
  const before = processCost(peer.pid).cpuUs
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return ((processCost(peer.pid).cpuUs - before) / 1e6 / seconds) * 100
}

/** Proves that the flows work, not only that they say so. */
async function alertsRaised(
  peer: Peer,
  load: Awaited<ReturnType<typeof startMqttLoad>>,
): Promise<number> {
  // The generator's topics are those of as many devices; all values but the first are over the limit.
  await load.run({
    count: count * 2,
    ratePerSecond: count,
    devices: count,
    oneIn: count * 1000,
    isEcho: false,
    patienceMs: 3000,
  })
  const raised = async (): Promise<number> => {
    // Our own API, typed in the protocol package.
    const answer = (await call('GET', `${peer.url}/api/alerts`)) as { alerts: readonly object[] }
    return answer.alerts.length
  }
  await until('all alerts', 5000, async () => ((await raised()) >= count ? true : undefined)).catch(
    () => undefined,
  )
  return raised()
}

function bundle(port: number): Bundle {
  return { millrace: 1, flows: flows(), connections: [brokerAt(port)] }
}

function flows(): readonly Flow[] {
  return Array.from({ length: count }, (_, index) => {
    const device = `d${String(index).padStart(4, '0')}`
    return flowOf(
      `small-${index}`,
      [
        {
          id: 'in',
          type: 'mqtt/in',
          config: { broker: 'bench-broker', topic: `bench/in/${device}`, qos: '0' },
        },
        { id: 'filter', type: 'core/filter', config: { condition: 'payload.value > 10' } },
        {
          id: 'alert',
          type: 'core/alert',
          config: { raiseWhen: 'payload.value > 40', key: 'payload.device' },
        },
      ],
      ['in > filter', 'filter > alert'],
    )
  })
}
