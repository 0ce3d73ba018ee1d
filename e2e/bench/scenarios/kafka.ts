import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Flow } from '@millrace/flow'
import { startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import { fillTopic, makeTopic, rateInto } from '../kafka/kafka-load.ts'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { processCost } from '../process-cost.ts'
import { flowOf } from './flows.ts'
import { figuresOf, type Measured, type Scenario } from './scenario.ts'

const count = 600_000
const input = 'readings'

/** Beside it what the client library does by hand, in the column of the other system. */
export const kafka: Scenario = {
  name: 'kafka',
  about: 'Kafka in → filter → Kafka out, 120-byte JSON, one partition; beside it the raw client',
  measure: async ({ runs, say }) => {
    const server = await startKafka({ heap: '1g' })
    try {
      await fillTopic(server.address, input, count)
      const [millrace, peer]: [Measured[], Measured[]] = [[], []]
      for (let run = 0; run < runs; run += 1) {
        // oxlint-disable-next-line no-await-in-loop -- by turns
        peer.push(await rawOnce(server, `raw-${run}`, say))
        // oxlint-disable-next-line no-await-in-loop
        millrace.push(await millraceOnce(server, run, say))
      }
      return figuresOf(
        'kafka',
        [
          { measure: 'at least once', unit: 'messages/s', isCost: false, goal: '≥ 1/2' },
          { measure: 'at least once: CPU', unit: 'µs/message', isCost: true },
          { measure: 'exactly once', unit: 'messages/s', isCost: false },
          { measure: 'exactly once: CPU', unit: 'µs/message', isCost: true },
          { measure: 'exactly once: share', unit: '% of that', isCost: false, goal: '≥ 75' },
        ],
        { millrace, peer },
      )
    } finally {
      await server.stop()
    }
  },
}

async function millraceOnce(
  server: Kafka,
  run: number,
  say: (text: string) => void,
): Promise<Measured> {
  const plain = await flowOnce(server, `plain-${run}`, 'atLeastOnce')
  const exact = await flowOnce(server, `exact-${run}`, 'exactlyOnce')
  const measured = {
    'at least once': plain.rate,
    'at least once: CPU': plain.cpuUs,
    'exactly once': exact.rate,
    'exactly once: CPU': exact.cpuUs,
    'exactly once: share': (exact.rate / plain.rate) * 100,
  }
  say(`kafka millrace: ${JSON.stringify(measured)}`)
  return measured
}

interface Cost {
  readonly rate: number
  readonly cpuUs: number
}

async function flowOnce(server: Kafka, output: string, guarantee: string): Promise<Cost> {
  await makeTopic(server.address, output)
  const peer = await startMillrace()
  try {
    const cluster = { brokers: server.address }
    const before = processCost(peer.pid)
    await deployMillrace(peer, filterFlow(output, guarantee), [
      { id: 'bench-kafka', type: 'kafka/connection', name: 'Kafka', config: cluster },
    ])
    const rate = await rateInto(server.address, output, count)
    return { rate, cpuUs: (processCost(peer.pid).cpuUs - before.cpuUs) / count }
  } finally {
    await peer.stop()
  }
}

function filterFlow(output: string, guarantee: string): Flow {
  const cluster = 'bench-kafka'
  return flowOf(
    output,
    [
      { id: 'in', type: 'kafka/in', config: { cluster, topic: input, format: 'json' } },
      { id: 'filter', type: 'core/filter', config: { condition: 'payload.value >= 0' } },
      { id: 'out', type: 'kafka/out', config: { cluster, topic: output, guarantee } },
    ],
    ['in > filter', 'filter > out'],
  )
}

/** The same work in a process of its own. */
async function rawOnce(
  server: Kafka,
  output: string,
  say: (text: string) => void,
): Promise<Measured> {
  await makeTopic(server.address, output)
  const script = fileURLToPath(new URL('../kafka/raw-client.ts', import.meta.url))
  const args = [script, server.address, input, output, String(count)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let cpuUs = 0
  const watch = setInterval(() => (cpuUs = processCost(child.pid ?? 0).cpuUs || cpuUs), 100)
  const rate = await rateInto(server.address, output, count)
  await ended
  clearInterval(watch)
  const measured = { 'at least once': rate, 'at least once: CPU': cpuUs / count }
  say(`kafka raw client: ${JSON.stringify(measured)}`)
  return measured
}
