import { NodeError, operator, steadyTime } from '@millrace/sdk'
import type { Message, NodeContext, Operator } from '@millrace/sdk'
import { KeptMessages } from '../kept/kept-messages.ts'
import type { Kept } from '../kept/kept-messages.ts'
import { Room } from '../kept/room.ts'
import { DueKeys } from '../keys/due-keys.ts'
import { encodeKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import { Alarm } from '../time/alarm.ts'
import { descriptor } from './descriptor.ts'
import { Limits } from './limits.ts'

type Context = NodeContext<typeof descriptor>

export const throttle = operator(descriptor, (context) => new Throttle(context))

class Throttle implements Operator {
  private readonly context: Context
  private readonly now: () => number
  private readonly limits: Limits
  private readonly waiting: KeptMessages
  /** Keys of which something waits, by when the first of it may leave. */
  private readonly due = new DueKeys()
  private readonly room: Room
  private readonly alarm: Alarm

  constructor(context: Context) {
    const { config, clock, state, timers } = context
    this.context = context
    this.now = steadyTime(clock)
    const now = this.now()
    this.limits = new Limits(state.map('passed'), config, now)
    this.waiting = new KeptMessages(state.map('waiting'), now)
    this.room = new Room({ ...config, pressure: context.pressure })
    this.alarm = new Alarm(timers, this.now, () => this.tick())
    for (const key of this.waiting.keys()) this.due.set(key, this.limits.nextAt(key))
    this.settle()
  }

  onMessage(message: Message): void {
    const now = this.now()
    const { key: keyOf } = this.context.config
    const key = keyOf === undefined ? '' : encodeKey(keyOf(message))
    this.limits.forget(now)
    if (this.waiting.lengthOf(key) > 0 || this.limits.nextAt(key) > now) {
      this.excess(message, key, now)
    } else {
      this.expectRoomFor(key)
      this.limits.pass(key, now)
      this.context.emit.out(message)
    }
    this.settle()
  }

  /** No input will come any more: what waits leaves without the limit. */
  onEnd(): void {
    for (const key of this.waiting.keys()) {
      while (this.waiting.lengthOf(key) > 0) this.release(key)
      this.due.delete(key)
    }
    this.settle()
  }

  private excess(message: Message, key: StateKey, at: number): void {
    const { excess } = this.context.config
    if (excess === 'drop') return this.context.emit.dropped(message)
    if (excess === 'latest') this.drop(this.waiting.shift(key))
    else if (!this.room.has(this.waiting.size) && !this.makeRoom(key)) {
      return this.context.emit.dropped(message)
    }
    this.waiting.push({ key, at, message })
    this.due.set(key, this.limits.nextAt(key))
  }

  /** Drops what has waited longest of the key, where that is wanted and something waits. */
  private makeRoom(key: StateKey): boolean {
    if (this.context.config.whenFull !== 'dropOldest') return false
    const oldest = this.waiting.shift(key)
    this.drop(oldest)
    return oldest !== undefined
  }

  private drop(kept: Kept | undefined): void {
    if (kept !== undefined) this.context.emit.dropped(kept.message)
  }

  /** All that may leave by now. */
  private tick(): void {
    const now = this.now()
    this.limits.forget(now)
    for (let key = this.due.take(now); key !== undefined; key = this.due.take(now)) {
      while (this.waiting.lengthOf(key) > 0 && this.limits.nextAt(key) <= now) {
        this.limits.pass(key, now)
        this.release(key)
      }
      if (this.waiting.lengthOf(key) > 0) this.due.set(key, this.limits.nextAt(key))
    }
    this.settle()
  }

  private release(key: StateKey): void {
    const kept = this.waiting.shift(key)
    if (kept !== undefined) this.context.emit.out(kept.message)
  }

  private expectRoomFor(key: StateKey): void {
    const { keysMax } = this.context.config
    if (this.limits.size < keysMax || this.limits.has(key)) return
    throw new NodeError('THROTTLE_TOO_MANY_KEYS', `There are ${keysMax} keys at their limit.`)
  }

  private settle(): void {
    this.room.holds(this.waiting.size)
    this.context.holdTime(this.waiting.earliestTime)
    this.alarm.set(Math.min(this.due.nextAt, this.limits.forgetAt))
  }
}
