import type { KeyedState } from '@millrace/sdk'

export interface RateRules {
  /** So many messages at once, and over a period no more than as many again. */
  readonly rateMessages: number
  readonly ratePeriodMs: number
}

export interface Bucket {
  readonly tokens: number
  /** When it held them. */
  readonly at: number
}

/** A token for each message that may be sent; tokens come back evenly over the period. */
export class TokenBucket {
  private readonly state: KeyedState<Bucket>
  private readonly rules: RateRules

  constructor(state: KeyedState<Bucket>, rules: RateRules) {
    this.state = state
    this.rules = rules
  }

  tokens(now: number): number {
    const { rateMessages, ratePeriodMs } = this.rules
    const bucket = this.state.get(only)
    if (bucket === undefined) return rateMessages
    // A clock that was set back over a restart must neither take tokens away nor keep them away.
    const passedMs = Math.max(0, now - bucket.at)
    return Math.min(rateMessages, bucket.tokens + (passedMs * rateMessages) / ratePeriodMs)
  }

  take(now: number): void {
    this.state.set(only, { tokens: Math.max(0, this.tokens(now) - 1), at: now })
  }

  /** When there is a whole token. */
  nextAt(now: number): number {
    const { rateMessages, ratePeriodMs } = this.rules
    const missing = 1 - this.tokens(now)
    return missing <= 0 ? now : now + Math.ceil((missing * ratePeriodMs) / rateMessages)
  }
}

const only = 'bucket'
