import type { Message } from '@millrace/sdk'
import { Heap } from '../time/heap.ts'
import type { JoinKey } from '../pairing/join-key.ts'
import type { Join, JoinParts } from '../pairing/join-operator.ts'
import type { Side, Waiting } from '../pairing/waiting-messages.ts'
import { checkPairs, tellWindows } from './closed-window.ts'
import type { ClosedWindow } from './closed-window.ts'

/** A stretch of messages of one key, of both sides together, each at most the gap after another. */
interface Session {
  readonly key: JoinKey | null
  start: number
  /** Time of the latest message. */
  last: number
  readonly sides: readonly [Waiting[], Waiting[]]
  /** Whether it is over, or has become part of another. */
  isGone: boolean
}

interface Due {
  readonly end: number
  readonly session: Session
}

/**
 * Joins in windows that end when both sides of a key have been silent for the gap. Only the messages
 * are stored; the sessions follow from them.
 */
export class SessionJoin implements Join {
  private readonly parts: JoinParts
  private readonly gapMs: number
  /** Sessions that are open, in any order; few for each key. */
  private readonly groups = new Map<JoinKey | null, Session[]>()
  private readonly due = new Heap<Due>((one, other) => one.end < other.end)
  private watermark = -Infinity

  constructor(parts: JoinParts, gapMs: number) {
    this.parts = parts
    this.gapMs = gapMs
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const waiting of this.parts.waiting.takeUp()) {
      this.insert(waiting, this.parts.keyOf(waiting.side, waiting.message))
    }
  }

  add(side: Side, message: Message, givenTime: number): boolean {
    const time = Math.floor(givenTime)
    const key = this.parts.keyOf(side, message)
    const touched = this.touchedBy(key, time)
    if (touched.length === 0 && time + this.gapMs - 1 <= this.watermark) return false
    if (key === null && !this.parts.isOuter[side]) return true
    if (key !== null) checkSessions(touched, side)
    this.insert(this.parts.waiting.add(side, time, message), key)
    return true
  }

  advance(watermark: number): void {
    this.watermark = Math.floor(watermark)
    for (let next = this.due.first; next !== undefined; next = this.due.first) {
      if (next.end - 1 > watermark) return
      this.close(next.end)
    }
  }

  private touchedBy(key: JoinKey | null, time: number): readonly Session[] {
    const open = this.groups.get(key) ?? []
    return open.filter(({ start, last }) => start <= time + this.gapMs && time <= last + this.gapMs)
  }

  private insert(waiting: Waiting, key: JoinKey | null): void {
    const { side, time } = waiting
    const [first, ...others] = this.touchedBy(key, time)
    const session = first ?? this.open(key, time)
    for (const other of others) this.absorb(session, other)
    session.sides[side].push(waiting)
    session.start = Math.min(session.start, time)
    session.last = Math.max(session.last, time)
  }

  private open(key: JoinKey | null, time: number): Session {
    const session: Session = { key, start: time, last: time, sides: [[], []], isGone: false }
    this.groups.set(key, [...(this.groups.get(key) ?? []), session])
    this.due.push({ end: this.endOf(session), session })
    return session
  }

  private absorb(session: Session, other: Session): void {
    for (const side of [0, 1] as const) {
      for (const waiting of other.sides[side]) session.sides[side].push(waiting)
    }
    session.start = Math.min(session.start, other.start)
    session.last = Math.max(session.last, other.last)
    this.forget(other)
  }

  private close(end: number): void {
    const closed: ClosedWindow[] = []
    for (let next = this.due.first; next?.end === end; next = this.due.first) {
      this.due.pop()
      const { session } = next
      if (session.isGone) continue
      // It has grown since it was put in.
      if (this.endOf(session) > end) this.due.push({ end: this.endOf(session), session })
      else closed.push(this.windowOf(session))
    }
    tellWindows(closed, this.parts)
  }

  private windowOf(session: Session): ClosedWindow {
    const { key, start, sides } = session
    for (const side of sides) {
      side.sort((one, other) => one.time - other.time || one.order - other.order)
      for (const waiting of side) this.parts.waiting.remove(waiting)
    }
    this.forget(session)
    return { key, start, end: this.endOf(session), left: sides[0], right: sides[1] }
  }

  private forget(session: Session): void {
    session.isGone = true
    const open = (this.groups.get(session.key) ?? []).filter((one) => one !== session)
    if (open.length === 0) this.groups.delete(session.key)
    else this.groups.set(session.key, open)
  }

  private endOf({ last }: Session): number {
    return last + this.gapMs
  }
}

function checkSessions(sessions: readonly Session[], side: Side): void {
  const counts = [0, 0] as [number, number]
  counts[side] = 1
  for (const { sides } of sessions) {
    counts[0] += sides[0].length
    counts[1] += sides[1].length
  }
  checkPairs(counts[0], counts[1])
}
