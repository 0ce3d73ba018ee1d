export interface RestartLimits {
  /** Wait before the first restart; each further one waits twice as long. */
  readonly firstDelayMs: number
  readonly delayMaxMs: number
  /** So many failures within that time put the flow into quarantine. */
  readonly strikesMax: number
  readonly withinMs: number
  /** After so long without a failure the waits begin anew. */
  readonly calmMs: number
}

export const usualRestartLimits: RestartLimits = {
  firstDelayMs: 1_000,
  delayMaxMs: 60_000,
  strikesMax: 3,
  withinMs: 60_000,
  calmMs: 600_000,
}

export type RestartDecision =
  | { readonly kind: 'restart'; readonly delayMs: number }
  | { readonly kind: 'quarantine' }

/** Decides whether and when a flow that failed is started again. */
export class RestartPolicy {
  private readonly limits: RestartLimits
  private strikes: number[] = []
  private inARow = 0
  private lastFailureMs = -Infinity

  constructor(limits: RestartLimits = usualRestartLimits) {
    this.limits = limits
  }

  onFailure(nowMs: number): RestartDecision {
    const { strikesMax, withinMs, calmMs } = this.limits
    this.inARow = nowMs - this.lastFailureMs >= calmMs ? 1 : this.inARow + 1
    this.lastFailureMs = nowMs
    this.strikes = [...this.strikes.filter((strikeMs) => nowMs - strikeMs < withinMs), nowMs]
    if (this.strikes.length >= strikesMax) return { kind: 'quarantine' }
    return { kind: 'restart', delayMs: this.delayMs() }
  }

  /** Somebody deployed: what was before no longer counts. */
  forgive(): void {
    this.strikes = []
    this.inARow = 0
    this.lastFailureMs = -Infinity
  }

  private delayMs(): number {
    const { firstDelayMs, delayMaxMs } = this.limits
    return Math.min(delayMaxMs, firstDelayMs * 2 ** Math.min(this.inARow - 1, 30))
  }
}
