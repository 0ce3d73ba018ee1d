import { NodeError, operator, steadyTime } from '@millrace/sdk'
import type { KeyedState, Message, NodeContext, Operator } from '@millrace/sdk'
import { plainCopy } from '../kept/plain-copy.ts'
import { DueKeys } from '../keys/due-keys.ts'
import { encodeKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import { jsonBytes } from '../sizes/json-bytes.ts'
import { Alarm } from '../time/alarm.ts'
import { descriptor } from './descriptor.ts'

type Context = NodeContext<typeof descriptor>

interface Remembered {
  /** Processing time of the last write. */
  readonly at: number
  readonly value: unknown
}

/** Index of the input at which messages read. */
const reading = 1

export const stateOperator = operator(descriptor, (context) => new Remember(context))

class Remember implements Operator {
  private readonly context: Context
  private readonly now: () => number
  private readonly values: KeyedState<Remembered>
  private readonly due = new DueKeys()
  private readonly alarm: Alarm

  constructor(context: Context) {
    this.context = context
    this.now = steadyTime(context.clock)
    this.values = context.state.map('values')
    this.alarm = new Alarm(context.timers, this.now, () => this.forget())
    this.takeUp()
    this.forget()
  }

  onMessage(message: Message, input: number): void {
    this.forget()
    const { config } = this.context
    const key = config.key === undefined ? '' : encodeKey(config.key(message))
    if (input === reading) this.read(key, message)
    else this.write(key, message)
  }

  private read(key: StateKey, message: Message): void {
    const { config, emit } = this.context
    const remembered = this.values.get(key)
    if (remembered === undefined) emit.missing(message)
    else emit.read(config.place.set(message, plainCopy(remembered.value)))
  }

  private write(key: StateKey, message: Message): void {
    const { config, emit } = this.context
    const before = this.values.get(key)
    const value = config.value({ ...message, state: before?.value ?? null })
    if (value === null || value === undefined) this.delete(key)
    else this.remember(key, value, before === undefined)
    emit.written(config.place.set(message, value ?? null))
  }

  private remember(key: StateKey, value: unknown, isNew: boolean): void {
    const { bytesMax, keysMax } = this.context.config
    if (isNew && this.values.size >= keysMax) {
      throw new NodeError('STATE_TOO_MANY_KEYS', `There are ${keysMax} keys remembered already.`)
    }
    if (jsonBytes(value) > bytesMax) {
      throw new NodeError('STATE_TOO_LARGE', `The value has more than ${bytesMax} bytes.`)
    }
    const at = this.now()
    this.values.set(key, { at, value: plainCopy(value) })
    this.expect(key, at)
  }

  private delete(key: StateKey): void {
    this.values.delete(key)
    this.due.delete(key)
  }

  private expect(key: StateKey, at: number): void {
    const { forgetAfterMs } = this.context.config
    if (forgetAfterMs === 0) return
    this.due.set(key, at + forgetAfterMs)
    this.alarm.set(this.due.nextAt)
  }

  private forget(): void {
    const now = this.now()
    for (let key = this.due.take(now); key !== undefined; key = this.due.take(now)) {
      this.values.delete(key)
    }
    this.alarm.set(this.due.nextAt)
  }

  /** After a restart; what a clock ahead of ours wrote was written now. */
  private takeUp(): void {
    const now = this.now()
    for (const [key, { at, value }] of this.values.entries()) {
      if (at > now) this.values.set(key, { at: now, value })
      this.expect(key, Math.min(at, now))
    }
  }
}
