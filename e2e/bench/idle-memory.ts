/**
 * `node e2e/bench/idle-memory.ts [--after SECONDS]`: resident memory and processor time of every
 * process of the server while nothing happens, without and with the demo flow. Linux only.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { processCost, withDescendants } from './process-cost.ts'

const main = fileURLToPath(new URL('../../apps/server/bin/millrace.mjs', import.meta.url))
const ports = ['--port', '0', '--flow-port', '0', '--broker-port', '0']
const watchedForMs = 10_000
const { values } = parseArgs({ options: { after: { type: 'string', default: '15' } } })
const afterSeconds = Number(values.after)

for (const [title, options] of [
  ['without the demo flow', ['--no-demo']],
  ['with the demo flow', []],
] as const) {
  // oxlint-disable-next-line no-await-in-loop -- together they would compete for the processor
  await measure(title, options)
}

async function measure(title: string, options: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-idle-'))
  const flags = ['--max-semi-space-size=2', main, 'start', ...ports, '--user-dir', folder]
  const child = spawn(process.execPath, [...flags, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const startedMs = performance.now()
  const pid = child.pid ?? 0
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const startMs = performance.now() - startedMs
    await pause(afterSeconds * 1_000)
    const before = processCost(pid).cpuUs
    await pause(watchedForMs)
    const { cpuUs, memoryBytes } = processCost(pid)
    const percent = ((cpuUs - before) / 1_000 / watchedForMs) * 100
    print(`${title}: ${megabytes(memoryBytes)} MB, ${percent.toFixed(1)} % of a processor`)
    print(`  listens after ${startMs.toFixed(0)} ms`)
    for (const each of withDescendants(pid)) print(`  ${describe(each)}`)
  } finally {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is mapped from files, mostly Node itself, processes share, although it counts in each. */
function describe(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) => megabytes(1024 * Number(status.match(`${name}:\\s+(\\d+)`)?.[1]))
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const file = words.find((word) => /\.m?[jt]s$/.test(word)) ?? ''
  return `${file.split('/').slice(-2).join('/')}: ${field('VmRSS')} MB, ${field('RssAnon')} MB of it its own, ${/Threads:\s+(\d+)/.exec(status)?.[1]} threads`
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
