import { NodeError, operator, steadyTime } from '@millrace/sdk'
import type { KeyedState, Message, NodeContext, Operator } from '@millrace/sdk'
import { DueKeys } from '../keys/due-keys.ts'
import { digestKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import { Alarm } from '../time/alarm.ts'
import { descriptor } from './descriptor.ts'

type Context = NodeContext<typeof descriptor>

/** What is known of a key. */
interface Seen {
  /** The time from which the horizon counts. */
  readonly at: number
  /** What waits to be let through, when that is the last. */
  readonly last?: Message
}

export const deduplicate = operator(descriptor, (context) => {
  const { time } = context.config
  return time === 'event'
    ? new EventTimeDeduplicate(context)
    : new ProcessingTimeDeduplicate(context)
})

abstract class Deduplicate implements Operator {
  protected readonly context: Context
  protected readonly due = new DueKeys()
  protected readonly seen: KeyedState<Seen>
  /** Event times of what waits. */
  private readonly times = new DueKeys()

  constructor(context: Context) {
    this.context = context
    this.seen = context.state.map('seen')
  }

  abstract onMessage(message: Message): void

  onEnd(): void {
    this.forget(Infinity)
  }

  /** What was seen before a restart; times from the future of a clock count as `latest`. */
  protected takeUp(latest: number): void {
    for (const [key, seen] of this.seen.entries()) {
      if (seen.at > latest) this.remember(key, { ...seen, at: latest })
      else this.expect(key, seen)
    }
    this.context.holdTime(this.times.nextAt)
  }

  protected take(message: Message, time: number): void {
    const key = digestKey(this.context.config.key(message))
    const seen = this.seen.get(key)
    const { horizonMs } = this.context.config
    if (seen === undefined || time >= seen.at + horizonMs) this.begin(key, message, time)
    else if (time > seen.at - horizonMs) this.again(key, seen, { message, time })
    // From long before what is remembered, which stays as it is.
    else this.context.emit.out(message)
    this.context.holdTime(this.times.nextAt)
  }

  /** All keys whose horizon is over by that time; what waits for one of them leaves. */
  protected forget(until: number): void {
    for (let key = this.due.take(until); key !== undefined; key = this.due.take(until)) {
      this.letGo(key)
    }
    this.context.holdTime(this.times.nextAt)
  }

  private begin(key: StateKey, message: Message, time: number): void {
    this.letGo(key)
    if (this.seen.size >= this.context.config.keysMax) {
      const oldest = this.due.take(Infinity)
      if (oldest !== undefined) this.letGo(oldest)
    }
    const isFirst = this.context.config.keep === 'first'
    this.remember(key, isFirst ? { at: time } : { at: time, last: message })
    if (isFirst) this.context.emit.out(message)
  }

  private again(
    key: StateKey,
    seen: Seen,
    { message, time }: { message: Message; time: number },
  ): void {
    const { config, emit } = this.context
    const at = config.extends ? Math.max(seen.at, time) : seen.at
    const { last } = seen
    const isLast = last !== undefined && !this.isEarlier(message, last)
    if (isLast) this.remember(key, { at, last: message })
    else if (at !== seen.at) this.remember(key, { ...seen, at })
    emit.duplicates(isLast ? last : message)
  }

  /** Whether a message that came later happened earlier; by the clock none does. */
  protected isEarlier(_message: Message, _last: Message): boolean {
    return false
  }

  private remember(key: StateKey, seen: Seen): void {
    this.seen.set(key, seen)
    this.expect(key, seen)
  }

  private expect(key: StateKey, { at, last }: Seen): void {
    this.due.set(key, at + this.context.config.horizonMs)
    if (typeof last?.time === 'number') this.times.set(key, last.time)
    else this.times.delete(key)
  }

  private letGo(key: StateKey): void {
    const seen = this.seen.get(key)
    if (seen === undefined) return
    this.seen.delete(key)
    this.due.delete(key)
    this.times.delete(key)
    if (seen.last !== undefined) this.context.emit.out(seen.last)
  }
}

class EventTimeDeduplicate extends Deduplicate {
  constructor(context: Context) {
    super(context)
    this.takeUp(Infinity)
  }

  onMessage(message: Message): void {
    const { time } = message
    if (typeof time !== 'number' || !Number.isFinite(time)) {
      throw new NodeError('DEDUPLICATE_NO_TIME', 'The message has no time that can be used.')
    }
    this.take(message, time)
  }

  onWatermark(time: number): void {
    this.forget(time + 1)
  }

  protected override isEarlier(message: Message, last: Message): boolean {
    return Number(message.time) < Number(last.time)
  }
}

class ProcessingTimeDeduplicate extends Deduplicate {
  private readonly now: () => number
  private readonly alarm: Alarm

  constructor(context: Context) {
    super(context)
    this.now = steadyTime(context.clock)
    this.alarm = new Alarm(context.timers, this.now, () => this.tick())
    this.takeUp(this.now())
    this.alarm.set(this.due.nextAt)
  }

  onMessage(message: Message): void {
    this.tick()
    this.take(message, this.now())
    this.alarm.set(this.due.nextAt)
  }

  private tick(): void {
    this.forget(this.now())
    this.alarm.set(this.due.nextAt)
  }
}
