import { operator, steadyTime } from '@millrace/sdk'
import type { Message, NodeContext, Operator } from '@millrace/sdk'
import { KeptMessages } from '../kept/kept-messages.ts'
import { Room } from '../kept/room.ts'
import { Alarm } from '../time/alarm.ts'
import { descriptor } from './descriptor.ts'

type Context = NodeContext<typeof descriptor>

/** All messages wait in one line. */
const key = ''

export const delay = operator(descriptor, (context) => new Delay(context))

class Delay implements Operator {
  private readonly context: Context
  private readonly now: () => number
  private readonly waiting: KeptMessages
  private readonly room: Room
  private readonly alarm: Alarm

  constructor(context: Context) {
    const { clock, config, state, timers } = context
    this.context = context
    this.now = steadyTime(clock)
    this.waiting = new KeptMessages(state.map('waiting'), this.now())
    this.room = new Room({ ...config, pressure: context.pressure })
    this.alarm = new Alarm(timers, this.now, () => this.tick())
    this.settle()
  }

  onMessage(message: Message): void {
    const { config, emit } = this.context
    if (!this.room.has(this.waiting.size)) {
      if (config.whenFull !== 'dropOldest') return emit.dropped(message)
      const oldest = this.waiting.shift(key)
      if (oldest !== undefined) emit.dropped(oldest.message)
    }
    this.waiting.push({ key, at: this.now(), message })
    this.settle()
  }

  /** No input will come any more: what waits leaves at once. */
  onEnd(): void {
    while (this.waiting.size > 0) this.release()
    this.settle()
  }

  private tick(): void {
    const now = this.now()
    while (this.dueAt() <= now) this.release()
    this.settle()
  }

  private release(): void {
    const kept = this.waiting.shift(key)
    if (kept !== undefined) this.context.emit.out(kept.message)
  }

  private dueAt(): number {
    const first = this.waiting.first(key)
    return first === undefined ? Infinity : first.at + this.context.config.delayMs
  }

  private settle(): void {
    this.room.holds(this.waiting.size)
    this.context.holdTime(this.waiting.earliestTime)
    this.alarm.set(this.dueAt())
  }
}
