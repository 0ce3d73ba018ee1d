import type { EngineHost } from '../deployment.ts'
import type { NodeRun } from './node-run.ts'

/** Sinks are asked to write what they buffer this often while somebody waits for them. */
const flushEveryMs = 50

interface Waiter {
  readonly nodes: readonly NodeRun[]
  readonly done: () => void
}

/** Waits until nodes have let go of all that they hold. */
export class Drain {
  private readonly host: EngineHost
  private readonly waiters = new Set<Waiter>()

  constructor(host: EngineHost) {
    this.host = host
  }

  /** A hold was released or a batch settled. */
  settled(): void {
    if (this.waiters.size === 0) return
    for (const waiter of this.waiters) if (isDrained(waiter.nodes)) waiter.done()
  }

  /** Resolves when the nodes are drained or the time is over; sinks are flushed meanwhile. */
  wait(nodes: readonly NodeRun[], timeoutMs: number): Promise<void> {
    flushAll(nodes)
    if (timeoutMs <= 0 || isDrained(nodes)) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timeout = this.host.schedule(timeoutMs, () => waiter.done())
    const flush = (): void => {
      flushAll(nodes)
      if (this.waiters.has(waiter)) flushing = this.host.schedule(flushEveryMs, flush)
    }
    let flushing = this.host.schedule(flushEveryMs, flush)
    const waiter: Waiter = {
      nodes,
      done: () => {
        this.waiters.delete(waiter)
        timeout.cancel()
        flushing.cancel()
        resolve()
      },
    }
    this.waiters.add(waiter)
    return promise
  }
}

function isDrained(nodes: readonly NodeRun[]): boolean {
  return nodes.every((node) => node.inFlight === 0 && node.openBatches === 0)
}

function flushAll(nodes: readonly NodeRun[]): void {
  for (const node of nodes) {
    const { behaviour } = node
    if (behaviour.flush === undefined || node.isClosed) continue
    node.runAttributed(() => behaviour.flush?.())
  }
}

/** Resolves with the promises, or when the time is over; rejections are the promises' own affair. */
export function within(
  host: EngineHost,
  timeoutMs: number,
  promises: readonly Promise<unknown>[],
): Promise<void> {
  if (promises.length === 0) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timeout = host.schedule(timeoutMs, resolve)
  void Promise.allSettled(promises).then(() => {
    timeout.cancel()
    resolve()
  })
  return promise
}
