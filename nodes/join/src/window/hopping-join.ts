import type { Message } from '@millrace/sdk'
import type { Slicing } from '@millrace/sdk/windows'
import { Heap } from '../time/heap.ts'
import type { JoinKey } from '../pairing/join-key.ts'
import type { Join, JoinParts } from '../pairing/join-operator.ts'
import { firstFrom, insertByTime } from '../pairing/waiting-messages.ts'
import type { Side, Waiting } from '../pairing/waiting-messages.ts'
import { checkPairs, tellWindows } from './closed-window.ts'
import type { ClosedWindow } from './closed-window.ts'

/** What waits under one key, each side by time. */
interface Group {
  readonly key: JoinKey | null
  readonly sides: readonly [Waiting[], Waiting[]]
  /** End of its earliest window that holds something and has not closed. */
  end: number
}

interface Due {
  readonly end: number
  readonly group: Group
}

/** Joins in windows at fixed places. A message is kept once, however many windows it is in. */
export class HoppingJoin implements Join {
  private readonly parts: JoinParts
  private readonly slicing: Slicing
  private readonly groups = new Map<JoinKey | null, Group>()
  private readonly due = new Heap<Due>((one, other) => one.end < other.end)
  private watermark = -Infinity

  constructor(parts: JoinParts, slicing: Slicing) {
    this.parts = parts
    this.slicing = slicing
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const waiting of this.parts.waiting.takeUp()) {
      this.insert(waiting, this.parts.keyOf(waiting.side, waiting.message))
    }
  }

  add(side: Side, message: Message, givenTime: number): boolean {
    const time = Math.floor(givenTime)
    const end = this.lastEnd(time)
    // Between two windows.
    if (end <= time) return true
    if (end - 1 <= this.watermark) return false
    const key = this.parts.keyOf(side, message)
    if (key === null && !this.parts.isOuter[side]) return true
    this.check(side, key)
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

  private check(side: Side, key: JoinKey | null): void {
    const sides = key === null ? undefined : this.groups.get(key)?.sides
    if (sides === undefined) return
    checkPairs(sides[0].length + (side === 0 ? 1 : 0), sides[1].length + (side === 1 ? 1 : 0))
  }

  private insert(waiting: Waiting, key: JoinKey | null): void {
    const group = this.groups.get(key) ?? { key, sides: [[], []], end: Infinity }
    this.groups.set(key, group)
    insertByTime(group.sides[waiting.side], waiting)
    this.schedule(group, this.endFrom(waiting.time, this.watermark + 1))
  }

  /** End of the earliest window that holds the time and ends after `passed`. */
  private endFrom(time: number, passed: number): number {
    const end = this.slicing.endAfter(time)
    return end > passed ? end : this.slicing.endAfter(passed)
  }

  /** End of the last window that may hold the time; not after it where none does. */
  private lastEnd(time: number): number {
    return this.slicing.lastEnd(this.slicing.paneOf(time))
  }

  private schedule(group: Group, end: number): void {
    if (end >= group.end) return
    group.end = end
    this.due.push({ end, group })
  }

  private close(end: number): void {
    const closed: ClosedWindow[] = []
    for (let next = this.due.first; next?.end === end; next = this.due.first) {
      this.due.pop()
      // It was put in again with an earlier end, which has been dealt with.
      if (next.group.end !== end) continue
      closed.push(this.windowOf(next.group, end))
      this.goOn(next.group, end)
    }
    tellWindows(closed, this.parts)
  }

  private windowOf({ key, sides }: Group, end: number): ClosedWindow {
    const start = this.slicing.windowStart(end)
    const within = (side: readonly Waiting[]): Waiting[] =>
      side.slice(firstFrom(side, start), firstFrom(side, end))
    return { key, start, end, left: within(sides[0]), right: within(sides[1]) }
  }

  /** Removes what is in no later window, and waits for the next. */
  private goOn(group: Group, end: number): void {
    group.end = Infinity
    let earliest = Infinity
    for (const side of group.sides) {
      let done = 0
      for (const waiting of side) {
        if (this.lastEnd(waiting.time) > end) break
        this.parts.waiting.remove(waiting)
        done += 1
      }
      side.splice(0, done)
      earliest = Math.min(earliest, side[0]?.time ?? Infinity)
    }
    if (earliest === Infinity) this.groups.delete(group.key)
    else this.schedule(group, this.endFrom(earliest, end))
  }
}
