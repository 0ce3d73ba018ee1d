import { NodeError } from '@millrace/sdk'
import type { KeyedState, Message, Operator } from '@millrace/sdk'
import type { JoinKey } from '../pairing/join-key.ts'
import { eventTime } from '../time/event-time.ts'
import { Heap } from '../time/heap.ts'
import { Enrichment } from './enrichment.ts'
import type { EnrichContext } from './enrichment.ts'

/** A message that waits until all values as of its time are there. */
interface Waiting {
  readonly order: number
  readonly time: number
  readonly message: Message
}

/** Messages that wait for time; those beyond leave by the error port. */
const waitingMax = 100_000

/**
 * Adds the value that held at the time of the message. A value counts for messages that have not
 * left yet, even when it is late itself.
 */
export class EventTimeEnrich implements Operator {
  private readonly context: EnrichContext
  private readonly enrichment: Enrichment
  private readonly stored: KeyedState<Waiting>
  private readonly about: KeyedState<unknown>
  private readonly waiting = new Heap<Waiting>(
    (one, other) => one.time < other.time || (one.time === other.time && one.order < other.order),
  )
  /** When time is here, what the key had before is of no use any more. */
  private readonly changes = new Heap<{ readonly time: number; readonly key: JoinKey }>(
    (one, other) => one.time < other.time,
  )
  private nextOrder = 0
  private watermark = -Infinity
  private isReady = false

  constructor(context: EnrichContext) {
    this.context = context
    this.enrichment = new Enrichment(context, 'event')
    this.stored = context.state.map('waiting')
    this.about = context.state.map('about')
  }

  onMessage(message: Message, input: number): void {
    this.ready()
    const time = eventTime(message)
    if (input === 0) this.take(message, time)
    else {
      const key = this.enrichment.takeValue(message, time, this.watermark)
      if (key !== null && time > this.watermark) this.changes.push({ time, key })
    }
  }

  onWatermark(time: number): void {
    this.ready()
    // Stored first, so that after a restart nothing is told twice.
    this.about.set('watermark', time)
    this.advance(time)
  }

  onEnd(): void {
    this.ready()
    this.advance(Infinity)
  }

  private take(message: Message, time: number): void {
    if (time <= this.watermark) {
      this.context.emit.late(message)
      return
    }
    // A key that cannot be used is found out before it waits.
    this.enrichment.keyOf(message)
    if (this.waiting.size >= waitingMax) throw full()
    const waiting = { order: this.nextOrder, time, message }
    this.nextOrder += 1
    this.stored.set(waiting.order, waiting)
    this.waiting.push(waiting)
  }

  private advance(watermark: number): void {
    this.watermark = watermark
    const { enrichment } = this
    for (let next = this.waiting.first; next !== undefined; next = this.waiting.first) {
      if (next.time > watermark) break
      this.waiting.pop()
      this.stored.delete(next.order)
      enrichment.send(next.message, enrichment.keyOf(next.message), next.time)
    }
    this.letGo(watermark)
  }

  /** Messages from now on are later than the watermark. */
  private letGo(watermark: number): void {
    const { versions } = this.enrichment
    for (let next = this.changes.first; next !== undefined; next = this.changes.first) {
      if (next.time > watermark) break
      this.changes.pop()
      versions.prune(next.key, watermark)
    }
    versions.expire(watermark)
  }

  private ready(): void {
    if (this.isReady) return
    this.isReady = true
    this.enrichment.takeUp()
    const watermark = this.about.get('watermark')
    if (typeof watermark === 'number') this.watermark = watermark
    for (const change of this.enrichment.versions.all()) this.changes.push(change)
    for (const [, waiting] of this.stored.entries()) {
      this.waiting.push(waiting)
      this.nextOrder = Math.max(this.nextOrder, waiting.order + 1)
    }
  }
}

function full(): NodeError {
  return new NodeError(
    'JOIN_FULL',
    `There are ${waitingMax} messages waiting already. Does one of the inputs hold time back?`,
  )
}
