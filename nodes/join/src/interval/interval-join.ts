import type { Message } from '@millrace/sdk'
import { Heap } from '../time/heap.ts'
import type { Join, JoinParts } from '../pairing/join-operator.ts'
import type { JoinKey } from '../pairing/join-key.ts'
import { firstFrom, insertByTime } from '../pairing/waiting-messages.ts'
import type { Side, Waiting } from '../pairing/waiting-messages.ts'

/** How far the right message may lie from the left one, in milliseconds; both limits count. */
export interface Interval {
  readonly lowerMs: number
  readonly upperMs: number
}

/** What waits under one key. */
interface Group {
  /** Each side by time. Those that are gone are removed many at a time: they match nothing more. */
  readonly sides: readonly [Waiting[], Waiting[]]
  /** How many at the front of each side are gone. */
  readonly gone: [number, number]
}

interface Expiry {
  /** When the watermark is here, no partner can come any more. */
  readonly at: number
  readonly waiting: Waiting
  readonly key: JoinKey | null
}

/**
 * Pairs are told as soon as both messages are there. A message waits until the watermark has passed
 * the last moment at which a partner could have happened; then it goes, alone if need be.
 */
export class IntervalJoin implements Join {
  private readonly parts: JoinParts
  private readonly interval: Interval
  private readonly groups = new Map<JoinKey, Group>()
  private readonly expiries = new Heap(isBefore)
  private watermark = -Infinity

  constructor(parts: JoinParts, interval: Interval) {
    this.parts = parts
    this.interval = interval
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    const { waiting, keyOf } = this.parts
    for (const one of waiting.takeUp()) this.register(one, keyOf(one.side, one.message))
  }

  add(side: Side, message: Message, time: number): boolean {
    if (time <= this.watermark) return false
    const key = this.parts.keyOf(side, message)
    // Refused before anything was told of it.
    const waiting = this.isAwaited(side, time, key)
      ? this.parts.waiting.add(side, time, message)
      : undefined
    const isMatched = key !== null && this.match({ side, message, time, key })
    if (waiting !== undefined) {
      if (isMatched) this.parts.waiting.noteMatch(waiting)
      this.register(waiting, key)
    } else if (!isMatched) {
      this.tellAlone(side, message, { time, key })
    }
    return true
  }

  advance(watermark: number): void {
    this.watermark = watermark
    for (let next = this.expiries.first; next !== undefined; next = this.expiries.first) {
      if (next.at > watermark) return
      this.expiries.pop()
      this.expire(next)
    }
  }

  /** Whether a partner may yet come, or its absence is yet to be told. */
  private isAwaited(side: Side, time: number, key: JoinKey | null): boolean {
    if (key === null && !this.parts.isOuter[side]) return false
    return this.lastPartner(side, time) > this.watermark
  }

  /** The latest time at which a partner may have happened. */
  private lastPartner(side: Side, time: number): number {
    return side === 0 ? time + this.interval.upperMs : time - this.interval.lowerMs
  }

  private firstPartner(side: Side, time: number): number {
    return side === 0 ? time + this.interval.lowerMs : time - this.interval.upperMs
  }

  private match(one: { side: Side; message: Message; time: number; key: JoinKey }): boolean {
    const { side, message, time, key } = one
    const others = this.groups.get(key)?.sides[side === 0 ? 1 : 0] ?? []
    const last = this.lastPartner(side, time)
    let at = firstFrom(others, this.firstPartner(side, time))
    const from = at
    for (let other = others[at]; other !== undefined && other.time <= last; other = others[at]) {
      if (!other.isMatched) this.parts.waiting.noteMatch(other)
      const [left, right] = side === 0 ? [message, other.message] : [other.message, message]
      this.parts.onPair({ left, right, key, time: Math.max(time, other.time) })
      at += 1
    }
    return at > from
  }

  private register(waiting: Waiting, key: JoinKey | null): void {
    this.expiries.push({ at: this.lastPartner(waiting.side, waiting.time), waiting, key })
    if (key === null) return
    const group = this.groups.get(key) ?? { sides: [[], []], gone: [0, 0] }
    this.groups.set(key, group)
    insertByTime(group.sides[waiting.side], waiting)
  }

  private expire({ waiting, key }: Expiry): void {
    const { side, time, message } = waiting
    this.parts.waiting.remove(waiting)
    if (key !== null) this.dropFirst(key, side)
    if (!waiting.isMatched) this.tellAlone(side, message, { time, key })
  }

  /** Messages of one side and key expire in the order of time, in which they stand. */
  private dropFirst(key: JoinKey, side: Side): void {
    const group = this.groups.get(key)
    if (group === undefined) return
    const { sides, gone } = group
    gone[side] += 1
    if (gone[side] * 2 < sides[side].length) return
    sides[side].splice(0, gone[side])
    gone[side] = 0
    if (sides[0].length === 0 && sides[1].length === 0) this.groups.delete(key)
  }

  /**
   * Told when the last moment for a partner has passed, and stamped with it: the message's own time
   * would be behind what the nodes after this one have been told.
   */
  private tellAlone(
    side: Side,
    message: Message,
    { time, key }: { readonly time: number; readonly key: JoinKey | null },
  ): void {
    if (!this.parts.isOuter[side]) return
    const [left, right] = side === 0 ? [message, undefined] : [undefined, message]
    this.parts.onPair({ left, right, key, time: Math.max(time, this.lastPartner(side, time)) })
  }
}

/** Rounding may make different times the same expiry; within a group the order is that of time. */
function isBefore(one: Expiry, other: Expiry): boolean {
  if (one.at !== other.at) return one.at < other.at
  if (one.waiting.time !== other.waiting.time) return one.waiting.time < other.waiting.time
  return one.waiting.order < other.waiting.order
}
