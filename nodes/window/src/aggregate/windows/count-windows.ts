import { NodeError } from '@millrace/sdk'
import type { Slots } from '../accumulators/accumulator.ts'
import { groupsMax } from './groups-max.ts'
import { Timeline } from './timeline.ts'
import type { Key, WindowParts, Windows } from './windows.ts'

/** Slots before the state: number of messages, and time of the first. */
const head = 2

/**
 * Windows of a number of messages of a group, in the order in which they come. With `orAfterMs` one
 * that is not full has a result that long after its first message.
 */
export class CountWindows implements Windows {
  private readonly parts: WindowParts
  private readonly size: number
  private readonly orAfterMs: number
  private readonly fires = new Timeline()
  /** Groups in `fires`: each stands there once, for a window that it has or had. */
  private readonly waiting = new Set<Key>()

  constructor(parts: WindowParts, shape: { readonly size: number; readonly orAfterMs: number }) {
    this.parts = parts
    this.size = shape.size
    this.orAfterMs = shape.orAfterMs === 0 ? Infinity : shape.orAfterMs
  }

  get nextAt(): number {
    return this.fires.next - 1
  }

  takeUp(): void {
    for (const [key, slots] of this.parts.groups.entries()) this.register(key, slots)
  }

  advance(watermark: number): void {
    // At the very end a window that is not full has no result, as without a time.
    if (watermark === Infinity) return
    while (this.fires.next !== Infinity && this.fires.next - 1 <= watermark) {
      const due = this.fires.next
      for (const key of this.fires.take()) {
        this.waiting.delete(key)
        const slots = this.parts.groups.get(key)
        if (slots === undefined) continue
        // The window that was registered may have become full, and another begun.
        if (this.dueOf(slots) <= due) this.tell(key, slots, due - 1)
        else this.register(key, slots)
      }
    }
  }

  add(key: Key, time: number): boolean {
    const { fold, groups } = this.parts
    const slots = groups.get(key) ?? this.open(key, time)
    slots[0] = (slots[0] as number) + 1
    fold.add(slots, head, time)
    if ((slots[0] as number) < this.size) groups.set(key, slots)
    else this.tell(key, slots, time)
    return true
  }

  private open(key: Key, time: number): Slots {
    const { fold, groups } = this.parts
    if (groups.size >= groupsMax) {
      throw new NodeError('WINDOW_FULL', `There are ${groupsMax} groups open already.`)
    }
    const slots = fold.create([0, time])
    this.register(key, slots)
    return slots
  }

  private register(key: Key, slots: Slots): void {
    if (this.orAfterMs === Infinity || this.waiting.has(key)) return
    this.waiting.add(key)
    this.fires.add(this.dueOf(slots), key)
  }

  private dueOf(slots: Slots): number {
    return (slots[1] as number) + this.orAfterMs
  }

  private tell(key: Key, slots: Slots, time: number): void {
    this.parts.groups.delete(key)
    const rest = { slots, at: head, until: null, isEarly: false }
    this.parts.onResult({ key, start: null, end: null, time, ...rest })
  }
}
