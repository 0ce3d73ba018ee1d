import { NodeError } from '@millrace/sdk'
import type { States } from '../fold.ts'
import type { Slicing } from './slicing.ts'
import { Timeline } from './timeline.ts'
import type { Key, WindowParts, Windows } from './windows.ts'

/** What came in one pane of one group. */
export interface Pane {
  readonly start: number
  readonly states: States
}

/** Panes of all groups together; messages that would need more leave by the error port. */
const panesMax = 5_000_000

/**
 * Tumbling, hopping and cumulating windows. A message is added to one pane. The fires hold, for each
 * group, the earliest end of an open window that has something in it; when it fires, the next one
 * takes its place. With lateness, panes stay until their last window no longer takes messages in.
 */
export class SlicedWindows implements Windows {
  private readonly parts: WindowParts<Pane[]>
  private readonly slicing: Slicing
  /** Whether panes are kept for corrections after their last window has fired. */
  private readonly isKept: boolean
  private readonly fires = new Timeline()
  private readonly cleanups = new Timeline()
  private watermark = -Infinity
  private paneCount = 0

  constructor(parts: WindowParts<Pane[]>, slicing: Slicing) {
    this.parts = parts
    this.slicing = slicing
    this.isKept = parts.latenessMs > 0 && !parts.isDiscarding
  }

  get nextAt(): number {
    return Math.min(this.fires.next - 1, this.cleanups.next)
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const [key, panes] of this.parts.groups.entries()) {
      this.paneCount += panes.length
      for (const { start } of panes) this.register(key, start)
      this.letGo(key, panes)
    }
  }

  add(key: Key, time: number): boolean {
    if (time <= this.watermark) return this.addBehind(key, time)
    const start = this.slicing.paneOf(time)
    if (this.slicing.lastEnd(start) > start) this.store(key, start, time)
    return true
  }

  advance(watermark: number): void {
    this.watermark = watermark
    while (this.fires.next !== Infinity && this.fires.next - 1 <= watermark) this.fire()
    while (this.cleanups.next !== Infinity && this.cleanups.next <= watermark) {
      for (const key of this.cleanups.take()) this.letGo(key, this.parts.groups.get(key) ?? [])
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
      if (parts.isDiscarding) this.tell(key, end, this.alone(time))
      else this.tell(key, end, this.sum(parts.groups.get(key) ?? [], end))
    }
  }

  private alone(time: number): States {
    const states = this.parts.fold.create()
    this.parts.fold.add(states, time)
    return states
  }

  private store(key: Key, start: number, time: number): void {
    const { fold, groups } = this.parts
    const panes = groups.get(key)
    const newest = panes?.[panes.length - 1]
    if (panes !== undefined && newest?.start === start) {
      fold.add(newest.states, time)
      groups.set(key, panes)
    } else {
      this.storeElsewhere(key, panes, { start, time })
    }
  }

  private storeElsewhere(
    key: Key,
    panes: Pane[] | undefined,
    { start, time }: { start: number; time: number },
  ): void {
    const { fold, groups } = this.parts
    const older = panes?.find((pane) => pane.start === start)
    if (panes !== undefined && older !== undefined) {
      fold.add(older.states, time)
      groups.set(key, panes)
      return
    }
    if (this.paneCount >= panesMax) {
      throw new NodeError('WINDOW_FULL', `There are ${panesMax} groups and windows open already.`)
    }
    const pane: Pane = { start, states: fold.create() }
    fold.add(pane.states, time)
    this.paneCount += 1
    this.register(key, start)
    groups.set(key, panes === undefined ? [pane] : inOrder(panes, pane))
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
      const panes = this.parts.groups.get(key)
      if (panes === undefined) continue
      const states = this.sum(panes, end)
      if (!this.isKept) this.letGo(key, panes, end)
      if (goesOn(panes, end, this.slicing)) this.fires.add(next, key)
      this.tell(key, end, states)
    }
  }

  /** The states of a window, or undefined when nothing is in it. They may be those of a pane. */
  private sum(panes: readonly Pane[], end: number): States | undefined {
    const { fold } = this.parts
    const start = this.slicing.windowStart(end)
    let only: States | undefined
    let merged: States | undefined
    for (const pane of panes) {
      if (pane.start < start) continue
      if (pane.start >= end) break
      if (only === undefined) {
        only = pane.states
        continue
      }
      if (merged === undefined) fold.merge((merged = fold.create()), only)
      fold.merge(merged, pane.states)
    }
    return merged ?? only
  }

  private tell(key: Key, end: number, states: States | undefined): void {
    if (states === undefined) return
    const start = this.slicing.windowStart(end)
    this.parts.onResult({ key, start, end, time: end - 1, states })
  }

  /** Removes the panes of which no window takes messages in, or fires, any more. */
  private letGo(key: Key, panes: Pane[], firedEnd = this.watermark + 1): void {
    const { groups } = this.parts
    const isDone = (pane: Pane): boolean => {
      const lastEnd = this.slicing.lastEnd(pane.start)
      return lastEnd <= firedEnd && (!this.isKept || this.isOver(lastEnd))
    }
    let done = 0
    for (const pane of panes) {
      // Later panes have later windows.
      if (!isDone(pane)) break
      done += 1
    }
    if (done === 0) return
    this.paneCount -= done
    panes.splice(0, done)
    if (panes.length === 0) groups.delete(key)
    else groups.set(key, panes)
  }

  private isOver(end: number): boolean {
    return end - 1 + this.parts.latenessMs <= this.watermark
  }
}

/** Whether a pane that was in the window with this end is in a later one, too. */
function goesOn(panes: readonly Pane[], end: number, slicing: Slicing): boolean {
  return panes.some(({ start }) => start < end && slicing.lastEnd(start) > end)
}

function inOrder(panes: Pane[], pane: Pane): Pane[] {
  let at = panes.length
  while (at > 0 && (panes[at - 1]?.start ?? -Infinity) > pane.start) at -= 1
  panes.splice(at, 0, pane)
  return panes
}
