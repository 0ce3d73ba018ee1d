import { NodeError } from '@millrace/sdk'
import type { Clock, KeyedState, State } from '@millrace/sdk'
import type { Key } from './key-of.ts'

interface Entry<Value> {
  /** Processing time of its last message. */
  seenAt: number
  value: Value
}

export interface KeyedLimits {
  /** 0 never forgets. */
  readonly forgetAfterMs: number
  readonly keysMax: number
}

/**
 * What a node remembers of each key, in its state. A key that was silent for long enough is
 * forgotten, whenever that is noticed: no timer is needed for it.
 */
export class KeyedValues<Value> {
  private readonly entries: KeyedState<Entry<Value>>
  private readonly clock: Clock
  private readonly forgetAfterMs: number
  private readonly keysMax: number
  private sweepAt = -Infinity

  constructor(context: { readonly state: State; readonly clock: Clock }, limits: KeyedLimits) {
    this.entries = context.state.map('keys')
    this.clock = context.clock
    this.forgetAfterMs = limits.forgetAfterMs > 0 ? limits.forgetAfterMs : Infinity
    this.keysMax = limits.keysMax
  }

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key)
    return entry === undefined || this.isOver(entry, this.clock.now()) ? undefined : entry.value
  }

  /** Also to be called after changing a value in place. */
  set(key: Key, value: Value): void {
    const now = this.clock.now()
    if (now >= this.sweepAt) this.sweep(now)
    const entry = this.entries.get(key) ?? this.newEntry(value, now)
    entry.seenAt = now
    entry.value = value
    this.entries.set(key, entry)
  }

  private newEntry(value: Value, now: number): Entry<Value> {
    if (this.entries.size < this.keysMax) return { seenAt: now, value }
    throw new NodeError(
      'DETECT_TOO_MANY_KEYS',
      `There are ${this.keysMax} keys already. Raise "Maximum keys", or forget them sooner.`,
    )
  }

  private sweep(now: number): void {
    this.sweepAt = now + this.forgetAfterMs / sweepsInLife
    if (this.forgetAfterMs === Infinity) return
    for (const [key, entry] of this.entries.entries()) {
      if (this.isOver(entry, now)) this.entries.delete(key)
    }
  }

  private isOver({ seenAt }: Entry<Value>, now: number): boolean {
    return now - seenAt >= this.forgetAfterMs
  }
}

/** How often it is looked for forgotten keys in the time after which they are forgotten. */
const sweepsInLife = 8
