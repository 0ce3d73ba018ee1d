import type { KeyedState, Message } from '@millrace/sdk'
import { Heap } from './heap.ts'
import { eventTime } from './event-time.ts'

/** A message that waits for its turn. */
interface Waiting {
  /** Grows in the order of arrival; also the key under which it is stored. */
  readonly order: number
  readonly time: number
  readonly input: number
  readonly message: Message
}

export interface InOrderParts {
  readonly waiting: KeyedState<unknown>
  readonly about: KeyedState<unknown>
  /** Beyond so many the earliest leaves before its time. */
  readonly max: number
  readonly onTurn: (message: Message) => void
  readonly onLate: (message: Message) => void
}

/**
 * Lets messages go in the order of their times: each when the watermark has come to it, so that
 * nothing earlier is expected. At equal times the first input goes first, then what came first.
 */
export class InOrder {
  private readonly parts: InOrderParts
  private readonly stored: KeyedState<Waiting>
  private readonly waiting = new Heap(isBefore)
  private nextOrder = 0
  private watermark = -Infinity
  /** Time of the latest that left before its time. */
  private leftAt = -Infinity
  private isReady = false

  constructor(parts: InOrderParts) {
    this.parts = parts
    // The map is this one's alone.
    this.stored = parts.waiting as KeyedState<Waiting>
  }

  add(message: Message, input: number): void {
    this.ready()
    const time = eventTime(message)
    if (time <= this.watermark || time < this.leftAt) {
      this.parts.onLate(message)
      return
    }
    const waiting = { order: this.nextOrder, time, input, message }
    this.nextOrder += 1
    this.stored.set(waiting.order, waiting)
    this.waiting.push(waiting)
    if (this.waiting.size > this.parts.max) this.letGoEarly()
  }

  advance(watermark: number): void {
    this.ready()
    this.watermark = watermark
    if (watermark < Infinity) this.parts.about.set('watermark', watermark)
    for (let next = this.waiting.first; next !== undefined; next = this.waiting.first) {
      if (next.time > watermark) return
      this.letGo()
    }
  }

  private letGoEarly(): void {
    this.leftAt = this.waiting.first?.time ?? this.leftAt
    this.parts.about.set('leftAt', this.leftAt)
    this.letGo()
  }

  private letGo(): void {
    const next = this.waiting.pop()
    if (next === undefined) return
    this.stored.delete(next.order)
    this.parts.onTurn(next.message)
  }

  /** State is taken up at the first use, when it has been restored. */
  private ready(): void {
    if (this.isReady) return
    this.isReady = true
    const { about } = this.parts
    this.watermark = numberOr(about.get('watermark'), -Infinity)
    this.leftAt = numberOr(about.get('leftAt'), -Infinity)
    for (const [, waiting] of this.stored.entries()) {
      this.waiting.push(waiting)
      this.nextOrder = Math.max(this.nextOrder, waiting.order + 1)
    }
  }
}

function isBefore(one: Waiting, other: Waiting): boolean {
  if (one.time !== other.time) return one.time < other.time
  return one.input === other.input ? one.order < other.order : one.input < other.input
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
