import type { KeyedState } from '@millrace/sdk'
import { DueKeys } from '../keys/due-keys.ts'
import type { StateKey } from '../keys/state-key.ts'

export interface Limit {
  readonly messages: number
  readonly periodMs: number
}

/**
 * When messages passed, for each key, as far back as the limit looks: exact, so that no stretch of
 * the period, wherever it begins, sees more messages than allowed.
 */
export class Limits {
  private readonly passed: KeyedState<readonly number[]>
  private readonly limit: Limit
  private readonly over = new DueKeys()

  /** `now` is the present: what passed in the future of it, by another clock, passed now. */
  constructor(passed: KeyedState<readonly number[]>, limit: Limit, now: number) {
    this.passed = passed
    this.limit = limit
    for (const [key, times] of passed.entries()) {
      const past = times.map((time) => Math.min(time, now))
      if (past.at(-1) !== times.at(-1)) passed.set(key, past)
      this.over.set(key, (past.at(-1) ?? now) + limit.periodMs)
    }
  }

  get size(): number {
    return this.passed.size
  }

  has(key: StateKey): boolean {
    return this.passed.get(key) !== undefined
  }

  /** When the next message of the key may pass. */
  nextAt(key: StateKey): number {
    const times = this.passed.get(key) ?? []
    const oldest = times[times.length - this.limit.messages]
    return oldest === undefined ? -Infinity : oldest + this.limit.periodMs
  }

  pass(key: StateKey, now: number): void {
    const times = this.passed.get(key) ?? []
    this.passed.set(key, [...times.slice(1 - this.limit.messages || times.length), now])
    this.over.set(key, now + this.limit.periodMs)
  }

  /** When something can be forgotten next. */
  get forgetAt(): number {
    return this.over.nextAt
  }

  /** Keys that passed nothing for a period are as if they had never been. */
  forget(now: number): void {
    for (let key = this.over.take(now); key !== undefined; key = this.over.take(now)) {
      this.passed.delete(key)
    }
  }
}
