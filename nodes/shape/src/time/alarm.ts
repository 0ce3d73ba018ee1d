import type { Timer, Timers } from '@millrace/sdk'

/** Longest stretch slept through; timers cannot be set for longer than 24 days. */
const sleepMaxMs = 3_600_000

/**
 * One timer for the next of many times. It may ring too early, as a time that is put off costs
 * nothing; what it rings sets it again.
 */
export class Alarm {
  private readonly timers: Timers
  private readonly now: () => number
  private readonly ring: () => void
  private timer: Timer | undefined
  private at = Infinity

  constructor(timers: Timers, now: () => number, ring: () => void) {
    this.timers = timers
    this.now = now
    this.ring = ring
  }

  /** It rings by this time; Infinity is never. */
  set(at: number): void {
    if (at >= this.at) return
    this.timer?.cancel()
    this.at = at
    const delayMs = Math.min(Math.max(0, at - this.now()), sleepMaxMs)
    this.timer = this.timers.after(delayMs, () => {
      this.at = Infinity
      this.timer = undefined
      this.ring()
    })
  }
}
