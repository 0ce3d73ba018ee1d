/**
 * `node e2e/bench/idle-memory.ts`: what Millrace holds in memory when it idles, process by process.
 * Linux only. `resident` counts pages that processes share in each of them, as `ps` does;
 * `proportional` counts them once.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { call, freePort, until } from './peers/peer.ts'

const command = fileURLToPath(new URL('../../apps/server/bin/millrace.mjs', import.meta.url))
/** The embedded broker rests after half a minute, and the engine process is renewed after ten seconds. */
const settleMs = 45_000
const liveMs = 8_000

const say = (text: string): void => void process.stdout.write(`${text}\n`)

await measure('no flow, no broker', ['--no-demo'], async (tell) => {
  await sleep(settleMs)
  tell('after the start')
})
await measure('first minute', [], async (tell, url) => {
  await sleep(liveMs)
  tell('demo flow running')
  await call('POST', `${url}/api/flows/plant/stop`, {})
  await sleep(settleMs)
  tell('demo flow stopped')
})

async function measure(
  about: string,
  options: readonly string[],
  run: (tell: (state: string) => void, url: string) => Promise<void>,
): Promise<void> {
  const userDir = mkdtempSync(join(tmpdir(), 'bench-memory-'))
  const [port, flowPort, brokerPort] = [await freePort(), await freePort(), await freePort()]
  const ports = ['--port', port, '--flow-port', flowPort, '--broker-port', brokerPort].map(String)
  const words = [command, 'start', '--user-dir', userDir, ...ports, ...options]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  try {
    await until('Millrace', 30_000, async () =>
      (await fetch(`${url}/api/flows`)).ok ? true : undefined,
    )
    await run((state) => tell(`${about}, ${state}`, child.pid ?? 0), url)
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(userDir, { recursive: true, force: true })
  }
}

function tell(state: string, root: number): void {
  const all = [root, ...childrenOf(root)].map(memoryOf)
  const total = (read: (each: Memory) => number): string =>
    `${all.map((each) => read(each).toFixed(0)).join(' + ')} = ${all.reduce((sum, each) => sum + read(each), 0).toFixed(0)} MB`
  say(state)
  say(`  resident      ${total((each) => each.residentMb)}`)
  say(`  proportional  ${total((each) => each.proportionalMb)}`)
}

interface Memory {
  readonly residentMb: number
  readonly proportionalMb: number
}

function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024
  return { residentMb: megabytes('Rss'), proportionalMb: megabytes('Pss') }
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === pid)
    .map(Number)
}

function parentOf(entry: string): number {
  try {
    const text = readFileSync(`/proc/${entry}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It ended while the list was read.
    return 0
  }
}
