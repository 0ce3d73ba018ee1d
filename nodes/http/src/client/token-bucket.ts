import type { Clock, Timers } from '@millrace/sdk'

export interface TokenBucketOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Requests for each period; 0 for as many as come. */
  readonly max: number
  readonly periodMs: number
}

/**
 * Lets so many requests through in a period: a full bucket at once, then one after the other as it
 * fills again. It can be shut for a while, as a server asks that says "too many".
 */
export class TokenBucket {
  private readonly options: TokenBucketOptions
  private readonly waiting: (() => void)[] = []
  private tokens: number
  private filledAt: number
  private shutUntil = 0
  private isTicking = false

  constructor(options: TokenBucketOptions) {
    this.options = options
    this.tokens = options.max
    this.filledAt = options.clock.monotonic()
  }

  /** Settles when it is this caller's turn; callers come in the order in which they asked. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve)
      this.serve()
    })
  }

  /** Nothing passes for so long. */
  shut(forMs: number): void {
    this.shutUntil = Math.max(this.shutUntil, this.options.clock.monotonic() + forMs)
  }

  /** Lets all through that wait, because the node closes. */
  open(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  private serve(): void {
    this.fill()
    while (this.waiting.length > 0 && this.waitMs() === 0) {
      this.tokens -= 1
      this.waiting.shift()?.()
    }
    if (this.waiting.length === 0 || this.isTicking) return
    this.isTicking = true
    this.options.timers.after(Math.ceil(this.waitMs()), () => {
      this.isTicking = false
      this.serve()
    })
  }

  private fill(): void {
    const { clock, max, periodMs } = this.options
    const now = clock.monotonic()
    this.tokens = Math.min(max, this.tokens + ((now - this.filledAt) / periodMs) * max)
    this.filledAt = now
  }

  private waitMs(): number {
    const { clock, max, periodMs } = this.options
    const shutMs = Math.max(0, this.shutUntil - clock.monotonic())
    // Fractions of a token are lost to rounding: nearly one is one.
    const tokenMs = max === 0 ? 0 : Math.max(0, ((1 - 1e-9 - this.tokens) / max) * periodMs)
    return Math.max(shutMs, tokenMs)
  }
}
