import type { Clock, Timer } from '../context.ts'

/** A clock and timers; the engine's hosts and the test bench build everything on these two. */
export interface Time {
  readonly clock: Clock
  schedule(delayMs: number, run: () => void): Timer
}

/** Time that stands still until it is advanced. */
export interface ManualTime extends Time {
  /** Timers that wait. */
  readonly pending: number
  /** Runs what falls due on the way, in order, each at its own time. */
  advance(ms: number): void
}

interface Waiting {
  readonly due: number
  readonly run: () => void
}

export function manualTime(startMs = 1_700_000_000_000): ManualTime {
  let now = startMs
  const waiting: Waiting[] = []
  const advance = (ms: number): void => {
    const target = now + ms
    for (let next = waiting[0]; next !== undefined && next.due <= target; next = waiting[0]) {
      waiting.shift()
      now = Math.max(now, next.due)
      next.run()
    }
    now = target
  }
  return {
    clock: { now: () => now, monotonic: () => now - startMs },
    schedule: (delayMs, run) => insert(waiting, { due: now + Math.max(0, delayMs), run }),
    advance,
    get pending() {
      return waiting.length
    },
  }
}

/** After all that are due at the same time, so that equal times keep their order. */
function insert(waiting: Waiting[], item: Waiting): Timer {
  let index = waiting.length
  while (index > 0 && (waiting[index - 1]?.due ?? 0) > item.due) index -= 1
  waiting.splice(index, 0, item)
  return {
    cancel: () => {
      const at = waiting.indexOf(item)
      if (at >= 0) waiting.splice(at, 1)
    },
  }
}

/** What real time is made of; `globalThis` fits. */
export interface RealTimeSource {
  readonly Date: { now(): number }
  readonly performance: { now(): number }
  setTimeout(run: () => void, delayMs: number): unknown
  // oxlint-disable-next-line no-explicit-any -- the handle is a number or an object, by platform
  clearTimeout(handle: any): void
}

/** Real time, for tests against a real server: `realTime(globalThis)`. */
export function realTime(source: RealTimeSource): Time {
  return {
    clock: { now: () => source.Date.now(), monotonic: () => source.performance.now() },
    schedule: (delayMs, run) => {
      const handle = source.setTimeout(run, delayMs)
      return { cancel: () => source.clearTimeout(handle) }
    },
  }
}
