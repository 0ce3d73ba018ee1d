import { NodeError } from '@millrace/sdk'
import type { Slicing } from '@millrace/sdk/windows'
import type { Slots } from '../accumulators/accumulator.ts'
import { EarlyKeys } from './early-keys.ts'
import type { EmptyRows } from './empty-rows.ts'
import { Timeline } from './timeline.ts'
import type { FiringParts, Key, Windows } from './windows.ts'

/** Panes of all groups together; messages that would need more leave by the error port. */
const panesMax = 5_000_000

/**
 * Tumbling, hopping and cumulating windows. A message is added to one pane. The fires hold, for each
 * group, the earliest end of an open window that has something in it; when it fires, the next one
 * takes its place. With lateness, panes stay until their last window no longer takes messages in.
 *
 * A group is a flat list of its panes by time, each with its start, where there are early results the
 * number of messages since the last, and the state.
 */
export class SlicedWindows implements Windows {
  private readonly parts: FiringParts
  private readonly slicing: Slicing
  private readonly empty: EmptyRows | undefined
  /** Slots of a pane, and of these before the state. */
  private readonly stride: number
  private readonly head: number
  private readonly everyMessages: number
  /** Whether panes are kept for corrections after their last window has fired. */
  private readonly isKept: boolean
  private readonly fires = new Timeline()
  private readonly cleanups = new Timeline()
  private readonly earlies: EarlyKeys
  private watermark = -Infinity
  private paneCount = 0
  /** The state of the window that was summed up last. */
  private sumSlots: Slots = []
  private sumAt = 0

  constructor(parts: FiringParts, slicing: Slicing, empty?: EmptyRows) {
    this.parts = parts
    this.slicing = slicing
    this.empty = empty
    this.head = parts.early === undefined ? 1 : 2
    this.stride = this.head + parts.fold.width
    this.everyMessages = parts.early?.everyMessages ?? Infinity
    this.earlies = new EarlyKeys(parts.early)
    this.isKept = parts.latenessMs > 0 && !parts.isDiscarding
  }

  get nextAt(): number {
    const early = this.earlies.nextAfter(this.watermark)
    const empty = (this.empty?.next ?? Infinity) - 1
    return Math.min(this.fires.next - 1, this.cleanups.next, early, empty)
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const [key, group] of this.parts.groups.entries()) {
      this.paneCount += group.length / this.stride
      for (let at = 0; at < group.length; at += this.stride) {
        this.register(key, startOf(group, at))
        if (this.head > 1 && group[at + 1] !== 0) this.earlies.add(key)
      }
      this.letGo(key, group)
    }
    this.empty?.takeUp(watermark)
  }

  add(key: Key, time: number): boolean {
    if (time <= this.watermark) return this.addBehind(key, time)
    const start = this.slicing.paneOf(time)
    if (this.slicing.lastEnd(start) > start) this.store(key, start, time)
    return true
  }

  advance(watermark: number): void {
    const early = this.earlies.take(this.watermark, watermark)
    this.watermark = watermark
    this.fireUntil(watermark)
    for (const key of early) this.fireEarly(key)
    while (this.cleanups.next !== Infinity && this.cleanups.next <= watermark) {
      for (const key of this.cleanups.take()) {
        const group = this.parts.groups.get(key)
        if (group !== undefined) this.letGo(key, group)
      }
    }
  }

  private fireUntil(watermark: number): void {
    const { empty, fires } = this
    empty?.begin()
    for (;;) {
      const isEmptyFirst = empty !== undefined && empty.next < fires.next
      // At the very end there is no window without messages after the last one with some.
      if (isEmptyFirst && fires.next === Infinity && watermark === Infinity) return
      const end = isEmptyFirst ? empty.next : fires.next
      if (end === Infinity || end - 1 > watermark) return
      if (!isEmptyFirst) this.fire()
      empty?.fire(end, Math.min(watermark + 1, fires.next - 1))
    }
  }

  /** A message behind the watermark: some or all of its windows have closed. */
  private addBehind(key: Key, time: number): boolean {
    const { slicing, watermark } = this
    const start = slicing.paneOf(time)
    const lastEnd = slicing.lastEnd(start)
    if (lastEnd <= start) return true
    if (this.isOver(lastEnd)) return false
    if (this.isKept || lastEnd - 1 > watermark) this.store(key, start, time)
    this.correct(key, start, time)
    return true
  }

  /** Gives the results again of windows that have fired and still take messages in. */
  private correct(key: Key, start: number, time: number): void {
    const { slicing, watermark, parts } = this
    const lastEnd = slicing.lastEnd(start)
    const takesIn = slicing.endAfter(watermark + 1 - parts.latenessMs)
    let end = Math.max(slicing.endAfter(slicing.paneEnd(start) - 1), takesIn)
    for (; end <= lastEnd && end - 1 <= watermark; end = slicing.endAfter(end)) {
      if (parts.isDiscarding) this.sumAlone(time)
      else if (!this.sum(parts.groups.get(key) ?? [], end)) continue
      this.tell(key, end)
    }
  }

  private sumAlone(time: number): void {
    const { fold } = this.parts
    this.sumSlots = fold.create([])
    this.sumAt = 0
    fold.add(this.sumSlots, 0, time)
  }

  private store(key: Key, start: number, time: number): void {
    const { groups } = this.parts
    const group = groups.get(key)
    if (group === undefined) {
      this.storeNew(key, start, time)
      return
    }
    let at = group.length - this.stride
    while (at > 0 && startOf(group, at) > start) at -= this.stride
    if (group[at] === start) this.put(key, group, at, time)
    else this.storeNew(key, start, time)
  }

  private storeNew(key: Key, start: number, time: number): void {
    if (this.paneCount >= panesMax) {
      throw new NodeError('WINDOW_FULL', `There are ${panesMax} groups and windows open already.`)
    }
    const { fold, groups } = this.parts
    const group = groups.get(key) ?? []
    const pane = fold.create(this.head > 1 ? [start, 0] : [start])
    let at = 0
    while (at < group.length && startOf(group, at) < start) at += this.stride
    this.paneCount += 1
    this.register(key, start)
    this.empty?.see(key, start, this.watermark)
    const joined = group.length === 0 ? pane : group.slice(0, at).concat(pane, group.slice(at))
    this.put(key, joined, at, time)
  }

  private put(key: Key, group: Slots, at: number, time: number): void {
    const { fold, groups } = this.parts
    fold.add(group, at + this.head, time)
    if (this.head > 1) group[at + 1] = (group[at + 1] as number) + 1
    groups.set(key, group)
    if (this.head > 1) this.afterPut(key, group, at)
  }

  private afterPut(key: Key, group: Slots, at: number): void {
    if ((group[at + 1] as number) < this.everyMessages) {
      this.earlies.add(key)
      return
    }
    const start = startOf(group, at)
    const end = this.slicing.lastEnd(start)
    if (end !== this.slicing.paneEnd(start)) this.fireEarly(key)
    else if (end - 1 > this.watermark) this.fireAlone(key, group, at)
  }

  /** The early result of a window that is one pane. */
  private fireAlone(key: Key, group: Slots, at: number): void {
    const { groups, isDiscarding } = this.parts
    group[at + 1] = 0
    if (isDiscarding) this.paneCount -= 1
    const left = isDiscarding ? group.slice(0, at).concat(group.slice(at + this.stride)) : group
    if (left.length === 0) groups.delete(key)
    else groups.set(key, left)
    this.sumSlots = group
    this.sumAt = at + this.head
    this.tell(key, this.slicing.lastEnd(startOf(group, at)), true)
  }

  /** Results of all open windows with news. */
  private fireEarly(key: Key): void {
    const { groups, isDiscarding } = this.parts
    const group = groups.get(key)
    if (group === undefined) return
    const { slicing } = this
    const lastEnd = slicing.lastEnd(startOf(group, group.length - this.stride))
    let end = slicing.endAfter(Math.max(this.watermark + 1, slicing.paneEnd(startOf(group, 0)) - 1))
    const ends: number[] = []
    for (; end <= lastEnd; end = slicing.endAfter(end)) if (this.hasNews(group, end)) ends.push(end)
    if (isDiscarding) {
      this.paneCount -= group.length / this.stride
      groups.delete(key)
    } else {
      for (let at = 0; at < group.length; at += this.stride) group[at + 1] = 0
      groups.set(key, group)
    }
    this.earlies.delete(key)
    for (const each of ends) if (this.sum(group, each)) this.tell(key, each, true)
  }

  private hasNews(group: Slots, end: number): boolean {
    const start = this.slicing.windowStart(end)
    for (let at = 0; at < group.length; at += this.stride) {
      if (startOf(group, at) >= start && startOf(group, at) < end && group[at + 1] !== 0)
        return true
    }
    return false
  }

  /** Sees to it that the pane's next window fires, and that the pane is let go in the end. */
  private register(key: Key, start: number): void {
    const { slicing, watermark } = this
    const lastEnd = slicing.lastEnd(start)
    if (lastEnd - 1 > watermark) {
      const firstEnd = slicing.endAfter(slicing.paneEnd(start) - 1)
      this.fires.add(firstEnd - 1 > watermark ? firstEnd : slicing.endAfter(watermark + 1), key)
    }
    if (this.isKept) this.cleanups.add(lastEnd - 1 + this.parts.latenessMs, key)
  }

  private fire(): void {
    const end = this.fires.next
    const next = this.slicing.endAfter(end)
    for (const key of this.fires.take()) {
      const group = this.parts.groups.get(key)
      if (group === undefined) continue
      const isFound = this.sum(group, end)
      if (!this.isKept) this.letGo(key, group, end)
      if (this.goesOn(group, end)) this.fires.add(next, key)
      if (!isFound) continue
      this.empty?.told(key)
      this.tell(key, end)
    }
  }

  /** Sums a window up; false when nothing is in it. The state may be that of a pane. */
  private sum(group: Slots, end: number): boolean {
    const { fold } = this.parts
    const { head, stride } = this
    const start = this.slicing.windowStart(end)
    let only = -1
    let merged: Slots | undefined
    for (let at = 0; at < group.length; at += stride) {
      if (startOf(group, at) < start) continue
      if (startOf(group, at) >= end) break
      if (only < 0) {
        only = at + head
        continue
      }
      if (merged === undefined) fold.merge((merged = fold.create([])), 0, group, only)
      fold.merge(merged, 0, group, at + head)
    }
    this.sumSlots = merged ?? group
    this.sumAt = merged === undefined ? only : 0
    return only >= 0
  }

  private tell(key: Key, end: number, isEarly = false): void {
    const start = this.slicing.windowStart(end)
    const until = isEarly ? Math.min(end, this.watermark + 1) : end
    const { sumSlots: slots, sumAt: at } = this
    this.parts.onResult({ key, start, end, time: end - 1, slots, at, until, isEarly })
  }

  /** Removes the panes of which no window takes messages in, or fires, any more. */
  private letGo(key: Key, group: Slots, firedEnd = this.watermark + 1): void {
    const { groups } = this.parts
    let done = 0
    // Later panes have later windows.
    while (done < group.length && this.isDone(startOf(group, done), firedEnd)) done += this.stride
    if (done === 0) return
    this.paneCount -= done / this.stride
    if (done === group.length) groups.delete(key)
    else groups.set(key, group.slice(done))
  }

  private isDone(start: number, firedEnd: number): boolean {
    const lastEnd = this.slicing.lastEnd(start)
    return lastEnd <= firedEnd && (!this.isKept || this.isOver(lastEnd))
  }

  /** Whether a pane that was in the window with this end is in a later one, too. */
  private goesOn(group: Slots, end: number): boolean {
    for (let at = 0; at < group.length; at += this.stride) {
      const start = startOf(group, at)
      if (start < end && this.slicing.lastEnd(start) > end) return true
    }
    return false
  }

  private isOver(end: number): boolean {
    return end - 1 + this.parts.latenessMs <= this.watermark
  }
}

/** The first slot of a pane is its start. */
function startOf(group: Slots, at: number): number {
  return group[at] as number
}
