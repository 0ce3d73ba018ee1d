/**
 * What durability costs: how long an epoch of 10,000 changed keys takes to store, beside 100,000
 * other keys, and what a record in the ingest log costs.
 * Run: node apps/server/src/engine-process/durable/bench.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StateChange } from '@millrace/engine'
import { schedule } from '../schedule.ts'
import { SegmentedIngestLog } from './segmented-ingest-log.ts'
import { SqliteEpochStore } from './sqlite-epoch-store.ts'

const keys = 110_000
const changed = 10_000
const runs = 15
const records = 300_000
const recordBytes = 130
const turnRecords = 300

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const say = (text: string): void => void process.stdout.write(`${text}\n`)

function epochs(name: string, valueOf: (run: number) => unknown): void {
  const path = join(folder, `${name}.sqlite`)
  const store = new SqliteEpochStore({ path, now: () => 0, onUnreadable: say })
  const commit = (epoch: number, state: readonly StateChange[]): number => {
    const cpu = process.cpuUsage()
    store.commit({ epoch, nodes: [], removed: [], state, held: [], released: [] })
    const { user, system } = process.cpuUsage(cpu)
    return (user + system) / 1_000
  }
  const change = (index: number, run: number): StateChange => {
    return { node: 'window', map: 'groups', key: `device-${index}`, value: valueOf(run) }
  }
  commit(
    1,
    Array.from({ length: keys }, (_, index) => change(index, 0)),
  )
  const times = Array.from({ length: runs }, (_, run) =>
    commit(
      run + 2,
      Array.from({ length: changed }, (_key, index) => change((index * 7_919 + run) % keys, run)),
    ),
  ).toSorted((a, b) => a - b)
  const middle = times[Math.floor(runs / 2)] ?? 0
  const range = `${times[0]?.toFixed(0)} – ${times.at(-1)?.toFixed(0)}`
  say(`epoch of 10,000 changed keys, ${name}: ${middle.toFixed(0)} ms of CPU [${range}]`)
  store.close()
}

async function intake(): Promise<void> {
  const log = new SegmentedIngestLog({
    folder: join(folder, 'intake'),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    schedule,
  })
  const bytes = new Uint8Array(recordBytes).fill(97)
  let safe = 0
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  for (let count = 0; count < records; count += 1) {
    log.append(bytes, 0, () => (safe += 1))
    // oxlint-disable-next-line no-await-in-loop -- as many as one read brings
    if (count % turnRecords === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await log.close()
  const tookMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(cpu)
  const each = (user + system) / records
  say(
    `ingest log: ${each.toFixed(2)} µs of CPU a record, ${safe} safe after ${tookMs.toFixed(0)} ms`,
  )
}

epochs('numbers', (run) => run)
epochs('objects of four numbers', (run) => ({ count: run, sum: run * 2.5, min: 1, max: 9 }))
await intake()
