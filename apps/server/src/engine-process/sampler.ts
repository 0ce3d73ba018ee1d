/** How many of a stream of values are shown: so many at once, and so many a second when it goes on. */
export interface SampleRate {
  readonly burst: number
  readonly perSecond: number
}

/** Picks those of a stream of values that are shown, and counts the rest. */
export class Sampler {
  /** Values that were not shown since the last `take`. */
  private dropped = 0
  private left: number
  private filledMs: number
  private readonly rate: SampleRate

  constructor(rate: SampleRate, nowMs: number) {
    this.rate = rate
    this.left = rate.burst
    this.filledMs = nowMs
  }

  /** Whether the next value may be shown. Asked for each, so it looks at nothing but a number. */
  get isOpen(): boolean {
    return this.left >= 1
  }

  /** The next value is shown. */
  show(): void {
    this.left -= 1
  }

  /** The next value is not shown. */
  drop(): void {
    this.dropped += 1
  }

  /** Another batch begins. */
  refill(nowMs: number): void {
    const { burst, perSecond } = this.rate
    const gained = (Math.max(0, nowMs - this.filledMs) / 1_000) * perSecond
    this.left = Math.min(burst, this.left + gained)
    this.filledMs = nowMs
  }

  /** How many were not shown. */
  take(): number {
    const { dropped } = this
    this.dropped = 0
    return dropped
  }
}
