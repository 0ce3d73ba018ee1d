/**
 * `node e2e/bench/soak.ts [--minutes N] [--rate N]`: a durable flow under steady load. Samples memory
 * and CPU every 10 s, writes them with a plot to `e2e/results/soak`, and says whether memory grew.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startMqttLoad } from './load/mqtt-driver.ts'
import { deployMillrace, startMillrace } from './peers/millrace.ts'
import type { Peer } from './peers/peer.ts'
import { processCost } from './process-cost.ts'
import { brokerAt, millraceSoak } from './scenarios/flows.ts'
import { soakPlot, type SoakSample } from './soak-plot.ts'
import { median } from './table.ts'

const everySeconds = 10
const folder = fileURLToPath(new URL('../results/soak/', import.meta.url))

const { values } = parseArgs({ options: { minutes: { type: 'string' }, rate: { type: 'string' } } })
const minutes = Number(values.minutes ?? 60)
const ratePerSecond = Number(values.rate ?? 2_000)
if (!(minutes > 0) || !(ratePerSecond > 0)) throw new Error('--minutes and --rate take numbers')

const load = await startMqttLoad()
const peer = await startMillrace()
try {
  await deployMillrace(peer, millraceSoak, [brokerAt(load.port)])
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const samples: SoakSample[] = []
  const sampler = setInterval(sampleInto(samples, peer), everySeconds * 1000)
  const result = await load.run({
    count: ratePerSecond * 60 * minutes,
    ratePerSecond,
    devices: 200,
    oneIn: 10,
    isEcho: false,
    qos: 1,
    patienceMs: 30_000,
  })
  clearInterval(sampler)
  write(samples)
  process.stdout.write(`${result.sent} messages sent; ${verdictOf(samples)}\n`)
} finally {
  await peer.stop()
  load.close()
}

function sampleInto(samples: SoakSample[], { pid }: Peer): () => void {
  const started = performance.now()
  let before = { atMs: started, cpuUs: processCost(pid).cpuUs }
  return () => {
    const { cpuUs, memoryBytes } = processCost(pid)
    const atMs = performance.now()
    const messages = (ratePerSecond * (atMs - before.atMs)) / 1000
    samples.push({
      seconds: Math.round((atMs - started) / 1000),
      memoryMb: memoryBytes / 1e6,
      cpuUs: (cpuUs - before.cpuUs) / messages,
    })
    before = { atMs, cpuUs }
    write(samples)
  }
}

function write(samples: readonly SoakSample[]): void {
  mkdirSync(folder, { recursive: true })
  const rows = samples.map(
    ({ seconds, memoryMb, cpuUs }) => `${seconds},${memoryMb.toFixed(1)},${cpuUs.toFixed(2)}`,
  )
  const head = 'seconds,memory_mb,cpu_us_per_message'
  writeFileSync(join(folder, 'soak.csv'), `${[head, ...rows].join('\n')}\n`)
  const title = `${ratePerSecond} messages a second for ${minutes} minutes`
  writeFileSync(join(folder, 'soak.svg'), soakPlot(title, samples))
}

/** The second fifth against the last: the first is warming up. */
function verdictOf(samples: readonly SoakSample[]): string {
  const fifth = Math.floor(samples.length / 5)
  const early = samples.slice(fifth, fifth * 2)
  const late = samples.slice(-fifth)
  const change = (of: (sample: SoakSample) => number, unit: string): string =>
    `${median(early.map(of)).toFixed(1)} → ${median(late.map(of)).toFixed(1)} ${unit}`
  const memory = change((sample) => sample.memoryMb, 'MB')
  return `memory ${memory}, CPU ${change((sample) => sample.cpuUs, 'µs a message')}`
}
