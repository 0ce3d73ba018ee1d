import type { Timer, Timers } from '../context.ts'
import type { Time } from './manual-time.ts'

/** A node's timers, which can be counted and ended together. */
export interface TestTimers extends Timers {
  readonly open: number
  cancelAll(): void
  /** Runs what `soon` put off; the bench calls it at the end of each turn. */
  endTurn(): void
}

export function testTimers(time: Time, attributed: (run: () => void) => void): TestTimers {
  const open = new Set<Timer>()
  let putOff: (() => void)[] = []
  const endTurn = (): void => {
    for (let rounds = 0; putOff.length > 0 && rounds < 1000; rounds += 1) {
      const now = putOff
      putOff = []
      for (const run of now) attributed(run)
    }
  }
  const start = (delayMs: number, run: () => void, periodMs?: number): Timer => {
    let inner: Timer
    const timer: Timer = {
      cancel: () => {
        open.delete(timer)
        inner.cancel()
      },
    }
    const fire = (): void => {
      if (periodMs === undefined) open.delete(timer)
      else inner = time.schedule(periodMs, fire)
      attributed(run)
      endTurn()
    }
    inner = time.schedule(delayMs, fire)
    open.add(timer)
    return timer
  }
  return {
    after: (delayMs, run) => start(delayMs, run),
    every: (periodMs, run) => start(Math.max(1, periodMs), run, Math.max(1, periodMs)),
    soon: (run) => {
      putOff.push(run)
      if (putOff.length === 1) queueMicrotask(endTurn)
    },
    get open() {
      return open.size
    },
    cancelAll: () => {
      for (const timer of open) timer.cancel()
      putOff = []
    },
    endTurn,
  }
}
