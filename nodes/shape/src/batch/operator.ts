import { operator, steadyTime } from '@millrace/sdk'
import type { Message, NodeContext, Operator } from '@millrace/sdk'
import { KeptMessages, isTime } from '../kept/kept-messages.ts'
import { DueKeys } from '../keys/due-keys.ts'
import { encodeKey, messageKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import { Alarm } from '../time/alarm.ts'
import { descriptor } from './descriptor.ts'
import { jsonBytes } from '../sizes/json-bytes.ts'

type Context = NodeContext<typeof descriptor>

export const batch = operator(descriptor, (context) => new Batch(context))

class Batch implements Operator {
  private readonly context: Context
  private readonly now: () => number
  private readonly gathered: KeptMessages
  /** Bytes of the list so far, its brackets and commas with it; only where they are limited. */
  private readonly bytes = new Map<StateKey, number>()
  private readonly due = new DueKeys()
  /** The event times that the batches so far would have. */
  private readonly times = new DueKeys()
  private readonly alarm: Alarm

  constructor(context: Context) {
    const { clock, state, timers } = context
    this.context = context
    this.now = steadyTime(clock)
    this.gathered = new KeptMessages(state.map('gathered'), this.now())
    this.alarm = new Alarm(timers, this.now, () => this.tick())
    for (const key of this.gathered.keys()) this.takeUp(key)
    this.settle()
  }

  onMessage(message: Message): void {
    const { config } = this.context
    const key = config.key === undefined ? '' : encodeKey(config.key(message))
    const size = config.bytesMax > 0 ? jsonBytes(this.contentOf(message)) : 0
    if (!this.hasRoom(key, size)) this.send(key)
    if (this.gathered.size >= config.heldMax) this.sendOldest()
    this.add(key, message, size)
    if (this.gathered.lengthOf(key) >= config.messages || this.isFull(key)) this.send(key)
    this.settle()
  }

  /** No input will come any more: what has gathered leaves. */
  onEnd(): void {
    while (this.gathered.size > 0) this.sendOldest()
    this.settle()
  }

  private tick(): void {
    const now = this.now()
    for (let key = this.due.take(now); key !== undefined; key = this.due.take(now)) this.send(key)
    this.settle()
  }

  private settle(): void {
    this.alarm.set(this.due.nextAt)
    this.context.holdTime(this.times.nextAt)
  }

  private add(key: StateKey, message: Message, size: number): void {
    const at = this.now()
    if (this.gathered.lengthOf(key) === 0) this.due.set(key, at + this.context.config.ageMs)
    if (size > 0) this.bytes.set(key, this.bytesWith(key, size))
    this.gathered.push({ key, at, message })
    this.stamp(key, message)
  }

  private stamp(key: StateKey, { time }: Message): void {
    const before = this.times.get(key) ?? -Infinity
    if (isTime(time) && time > before) this.times.set(key, time)
  }

  private hasRoom(key: StateKey, size: number): boolean {
    const { bytesMax } = this.context.config
    const isFirst = this.gathered.lengthOf(key) === 0
    return isFirst || bytesMax === 0 || this.bytesWith(key, size) <= bytesMax
  }

  private isFull(key: StateKey): boolean {
    const { bytesMax } = this.context.config
    return bytesMax > 0 && (this.bytes.get(key) ?? 0) >= bytesMax
  }

  /** Two brackets and what stands between them, with a comma before all but the first. */
  private bytesWith(key: StateKey, size: number): number {
    const before = this.bytes.get(key)
    return before === undefined ? 2 + size : before + 1 + size
  }

  private sendOldest(): void {
    const oldest = this.due.take(Infinity)
    if (oldest !== undefined) this.send(oldest)
  }

  private send(key: StateKey): void {
    this.due.delete(key)
    this.bytes.delete(key)
    const time = this.times.get(key)
    this.times.delete(key)
    const messages: Message[] = []
    for (let kept = this.gathered.shift(key); kept !== undefined; kept = this.gathered.shift(key)) {
      messages.push(kept.message)
    }
    if (messages.length > 0) this.context.emit.out(this.batchOf(key, messages, time))
  }

  private batchOf(key: StateKey, messages: readonly Message[], time: number | undefined): Message {
    const made: Message = { payload: messages.map((message) => this.contentOf(message)) }
    const [first] = messages
    const { topic } = first ?? {}
    if (topic !== undefined && messages.every((one) => one.topic === topic)) made.topic = topic
    const own = this.context.config.key === undefined ? undefined : messageKey(key)
    if (own !== undefined) made.key = own
    if (time !== undefined) made.time = time
    return made
  }

  private contentOf(message: Message): unknown {
    return this.context.config.content === 'messages' ? message : (message.payload ?? null)
  }

  /** After a restart a batch is as old and as large as it was. */
  private takeUp(key: StateKey): void {
    const { ageMs, bytesMax } = this.context.config
    this.due.set(key, (this.gathered.first(key)?.at ?? this.now()) + ageMs)
    for (const { message } of this.gathered.all(key)) {
      this.stamp(key, message)
      if (bytesMax === 0) continue
      this.bytes.set(key, this.bytesWith(key, jsonBytes(this.contentOf(message))))
    }
  }
}
