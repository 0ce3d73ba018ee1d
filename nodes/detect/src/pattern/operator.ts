import { NodeError, operator } from '@millrace/sdk'
import type { KeyedState, Message, NodeContext, Operator } from '@millrace/sdk'
import { DueKeys } from '../keyed/due-keys.ts'
import { keyReader } from '../keyed/key-of.ts'
import type { Key } from '../keyed/key-of.ts'
import { isTime } from '../reading.ts'
import { descriptor } from './descriptor.ts'
import { Matcher } from './matcher.ts'
import type { Found, KeyState } from './matcher.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import { waitsFor } from './run.ts'

type Context = NodeContext<typeof descriptor>

/** Messages waiting for their turn, of all keys together. */
const waitingMax = 1_000_000

export const pattern = operator(descriptor, (context) => new PatternOperator(context))

class PatternOperator implements Operator {
  private readonly context: Context
  private readonly plan: Plan
  private readonly matcher: Matcher
  private readonly keyOf: (message: Message) => Key
  private readonly keys: KeyedState<KeyState>
  private readonly about: KeyedState<unknown>
  private readonly due = new DueKeys()
  private watermark = -Infinity
  private waitingCount = 0
  private isTakenUp = false
  private found: { readonly key: Key; readonly found: Found }[] = []
  private keyInHand: Key = ''

  constructor(context: Context) {
    this.context = context
    this.plan = planOf(context.config)
    this.keyOf = keyReader(context.config.key)
    this.keys = context.state.map('keys')
    this.about = context.state.map('about')
    this.matcher = new Matcher(this.plan, {
      found: (found) => void this.found.push({ key: this.keyInHand, found }),
      refused: (message) => context.fail(tooManyBegun(), message),
    })
  }

  onMessage(message: Message): void {
    this.takeUp()
    const { time } = message
    if (!isTime(time)) {
      throw new NodeError('DETECT_NO_TIME', 'The message has no time that can be used.')
    }
    if (time <= this.watermark) this.context.emit.late(message)
    else this.wait(message, time)
  }

  onWatermark(time: number): void {
    this.takeUp()
    this.about.set('watermark', time)
    this.advance(time)
  }

  onEnd(): void {
    this.takeUp()
    this.advance(Infinity)
  }

  private wait(message: Message, time: number): void {
    const key = this.keyOf(message)
    const state = this.keys.get(key) ?? this.newKey()
    if (this.waitingCount >= waitingMax) {
      throw new NodeError('DETECT_FULL', `There are ${waitingMax} messages waiting for their turn.`)
    }
    insert(state.waiting, message, time)
    this.waitingCount += 1
    this.keys.set(key, state)
    this.arm(key, state)
  }

  private newKey(): KeyState {
    const { keysMax } = this.context.config
    if (this.keys.size < keysMax) return { waiting: [], attempts: [], nextNumber: 0 }
    throw new NodeError('DETECT_TOO_MANY_KEYS', `There are ${keysMax} keys already.`)
  }

  private advance(watermark: number): void {
    this.watermark = watermark
    for (const key of this.due.take(watermark)) {
      const state = this.keys.get(key)
      if (state !== undefined) this.proceed(key, state, watermark)
    }
    this.tell()
  }

  private proceed(key: Key, state: KeyState, watermark: number): void {
    this.keyInHand = key
    const { waiting } = state
    let count = 0
    for (const message of waiting) {
      const time = message.time ?? 0
      if (time > watermark) break
      this.matcher.add(state, message, time)
      count += 1
    }
    waiting.splice(0, count)
    this.waitingCount -= count
    this.matcher.expire(state, watermark)
    if (waiting.length === 0 && state.attempts.length === 0) this.keys.delete(key)
    else this.keys.set(key, state)
    this.arm(key, state)
  }

  private arm(key: Key, state: KeyState): void {
    const waitingAt = state.waiting[0]?.time ?? Infinity
    this.due.set(key, Math.min(waitingAt, this.matcher.nextAt(state)))
  }

  /** In the order of time, so that what follows can go by it. */
  private tell(): void {
    if (this.found.length === 0) return
    const found = this.found
    this.found = []
    found.sort((one, other) => one.found.decidedAt - other.found.decidedAt || byKey(one, other))
    for (const { key, found: one } of found) {
      const { out, incomplete } = this.context.emit
      if (one.kind === 'match') out(messageOf(key, one))
      else incomplete(messageOf(key, one, waitsFor(one.run, this.plan)))
    }
  }

  /** Attempts at another pattern are of no use and are dropped; what waits is kept. */
  private takeUp(): void {
    if (this.isTakenUp) return
    this.isTakenUp = true
    const { shape } = this.plan
    const isSame = this.about.get('shape') === shape
    if (!isSame) this.about.set('shape', shape)
    const watermark = this.about.get('watermark')
    if (typeof watermark === 'number') this.watermark = watermark
    for (const [key, state] of this.keys.entries()) {
      if (!isSame) state.attempts = []
      this.waitingCount += state.waiting.length
      this.arm(key, state)
    }
  }
}

function messageOf(key: Key, { start, run, decidedAt }: Found, missing?: string): Message {
  const payload: Record<string, unknown> = { key, start, end: run.end, steps: run.steps }
  if (missing !== undefined) payload['missing'] = missing
  return { payload, key, time: decidedAt }
}

/** Behind those of the same time, as they came. */
function insert(waiting: Message[], message: Message, time: number): void {
  let at = waiting.length
  while (at > 0 && (waiting[at - 1]?.time ?? 0) > time) at -= 1
  if (at === waiting.length) waiting.push(message)
  else waiting.splice(at, 0, message)
}

function byKey(one: { readonly key: Key }, other: { readonly key: Key }): number {
  const [left, right] = [String(one.key), String(other.key)]
  return left === right ? 0 : left < right ? -1 : 1
}

function tooManyBegun(): NodeError {
  return new NodeError(
    'DETECT_TOO_MANY_BEGUN',
    'Too many matches have begun for this key. Make the first step rarer, or the time shorter.',
  )
}
