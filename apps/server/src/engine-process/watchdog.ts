export interface WatchdogLimits {
  /** A node's code may run for so long without giving control back. */
  readonly stuckMs: number
  /** With no node's code running, such as while packages load. */
  readonly silentMs: number
}

export interface WatchdogReading {
  readonly beats: number
  /** Index of the node whose code runs, −1 for none. */
  readonly runningNode: number
  /**
   * For how long so far the worker was ready to run while others had the processors; asked for only
   * while it is silent. Undefined where the system does not say.
   */
  readonly waitedMs?: () => number | undefined
  /** Where that is so: of a processor that it can have had since the last check, from 0 to 1. */
  readonly share?: number
}

/** `late` is a worker that may be stuck; `stuck` is one to be stopped. */
export interface WatchdogVerdict {
  readonly state: 'well' | 'late' | 'stuck'
  readonly forMs: number
}

const lateMs = 500

/**
 * Judges by its beats whether a worker is stuck. Time in which the watching process itself stood
 * still (a suspended machine, a debugger) is not held against the worker, nor time in which others
 * had the processor.
 */
export class Watchdog {
  private readonly limits: WatchdogLimits
  private readonly longestStepMs: number
  private beats = -1
  private lastCheckMs: number
  private silentForMs = 0
  private waitedMs: number | undefined

  constructor(limits: WatchdogLimits, options: { nowMs: number; checkPeriodMs: number }) {
    this.limits = limits
    this.lastCheckMs = options.nowMs
    this.longestStepMs = options.checkPeriodMs * 2
  }

  check(nowMs: number, reading: WatchdogReading): WatchdogVerdict {
    const passedMs = Math.min(nowMs - this.lastCheckMs, this.longestStepMs)
    this.lastCheckMs = nowMs
    if (reading.beats === this.beats) this.silentForMs += this.stepMs(passedMs, reading)
    else {
      this.silentForMs = 0
      this.waitedMs = undefined
    }
    this.beats = reading.beats
    const limitMs = reading.runningNode >= 0 ? this.limits.stuckMs : this.limits.silentMs
    return { state: this.judge(limitMs), forMs: this.silentForMs }
  }

  /** How much of the time that passed the worker had for itself. */
  private stepMs(passedMs: number, reading: WatchdogReading): number {
    const before = this.waitedMs
    this.waitedMs = reading.waitedMs?.()
    if (this.waitedMs === undefined) return passedMs * (reading.share ?? 1)
    return before === undefined ? passedMs : Math.max(0, passedMs - (this.waitedMs - before))
  }

  private judge(limitMs: number): WatchdogVerdict['state'] {
    if (this.silentForMs >= limitMs) return 'stuck'
    return this.silentForMs >= Math.min(lateMs, limitMs) ? 'late' : 'well'
  }
}
