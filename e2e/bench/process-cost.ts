import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

export interface ProcessCost {
  /** User and system time of the process and all below it, in microseconds. */
  readonly cpuUs: number
  /** Resident memory of them together, in bytes. */
  readonly memoryBytes: number
}

/** What a process and all its descendants have cost so far; read from /proc (Linux). */
export function processCost(pid: number): ProcessCost {
  const pids = withDescendants(pid)
  return {
    cpuUs: sum(pids.map(cpuUsOf)),
    memoryBytes: sum(pids.map(memoryBytesOf)),
  }
}

/** What each thread of a process and its descendants has cost so far, by thread id, in microseconds. */
export function threadCosts(pid: number): ReadonlyMap<number, number> {
  const costs = new Map<number, number>()
  for (const process of withDescendants(pid)) {
    for (const thread of threadsOf(process)) costs.set(thread, threadCpuUs(process, thread))
  }
  return costs
}

/** The process first. */
export function withDescendants(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry)) parents.set(Number(entry), statOf(Number(entry))?.parent ?? 0)
  }
  const found = [root]
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid) found.push(child)
  }
  return found
}

function statOf(pid: number): { parent: number; cpuUs: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { parent: Number(fields[1]), cpuUs: (ticks / ticksPerSecond) * 1e6 }
  } catch {
    return undefined
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return []
  }
}

function threadCpuUs(pid: number, thread: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
    return Number(text.split(' ')[0]) / 1000
  } catch {
    return 0
  }
}

function cpuUsOf(pid: number): number {
  return statOf(pid)?.cpuUs ?? 0
}

function memoryBytesOf(pid: number): number {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0)
}
