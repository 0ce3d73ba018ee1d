import { spawn, type ChildProcess } from 'node:child_process'
import { findCommand } from './program.ts'

/** A server process: what it said, whether it lives, and two ways to end it. */
export interface Child {
  readonly pid: number
  /** The last lines of its output. */
  log(): string
  isRunning(): boolean
  /** Asks it to end, and ends it after five seconds. */
  stop(): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

const logLimit = 20_000
const patienceMs = 5_000

export async function startChild(file: string, args: readonly string[]): Promise<Child> {
  const process_ = spawn(...dyingWithParent(file, args), { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = whenEnded(process_)
  let log = ''
  const keep = (chunk: Buffer) => (log = (log + chunk.toString()).slice(-logLimit))
  process_.stdout.on('data', keep)
  process_.stderr.on('data', keep)
  const killAtExit = () => void process_.kill('SIGKILL')
  // Before its folder is removed.
  process.prependOnceListener('exit', killAtExit)
  void ended.then(() => process.off('exit', killAtExit))
  await whenSpawned(process_)

  return {
    pid: process_.pid ?? 0,
    log: () => log,
    isRunning: () => isRunning(process_),
    stop: () => end(process_, ended, 'SIGTERM'),
    kill: () => end(process_, ended, 'SIGKILL'),
  }
}

/** A test process that is killed itself runs no exit handler: the kernel ends the server then. */
function dyingWithParent(file: string, args: readonly string[]): [string, string[]] {
  const setpriv = findCommand('setpriv')
  if (setpriv === undefined) return [file, [...args]]
  return [setpriv, ['--pdeathsig', 'KILL', '--', file, ...args]]
}

function whenSpawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
}

function whenEnded(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

async function end(
  child: ChildProcess,
  ended: Promise<void>,
  signal: NodeJS.Signals,
): Promise<void> {
  if (!isRunning(child)) return ended
  child.kill(signal)
  const timer = setTimeout(() => void child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(timer)
}
