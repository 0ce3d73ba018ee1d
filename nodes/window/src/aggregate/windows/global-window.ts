import { NodeError } from '@millrace/sdk'
import { floorTo } from '@millrace/sdk/windows'
import type { Slots } from '../accumulators/accumulator.ts'
import { EarlyKeys } from './early-keys.ts'
import { groupsMax } from './groups-max.ts'
import type { FiringParts, Key, Windows } from './windows.ts'

/** Slots before the state: time of the latest message, and messages since the last result. */
const head = 2

/**
 * One window for each group that never ends. Its trigger gives results: after so many messages, or
 * whenever time comes to a mark, of groups with news.
 */
export class GlobalWindow implements Windows {
  private readonly parts: FiringParts
  private readonly everyMs: number
  private readonly everyMessages: number
  private readonly earlies: EarlyKeys
  private watermark = -Infinity

  constructor(parts: FiringParts) {
    this.parts = parts
    this.everyMs = parts.early?.everyMs ?? Infinity
    this.everyMessages = parts.early?.everyMessages ?? Infinity
    this.earlies = new EarlyKeys(parts.early)
  }

  get nextAt(): number {
    return this.earlies.nextAfter(this.watermark)
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const [key, slots] of this.parts.groups.entries()) {
      if (slots[1] !== 0) this.earlies.add(key)
    }
  }

  add(key: Key, time: number): boolean {
    const { fold, groups } = this.parts
    const slots = groups.get(key) ?? this.open(time)
    if (time > (slots[0] as number)) slots[0] = time
    const news = (slots[1] as number) + 1
    slots[1] = news
    fold.add(slots, head, time)
    groups.set(key, slots)
    if (news >= this.everyMessages) this.tell(key, slots, slots[0] as number)
    else this.earlies.add(key)
    return true
  }

  advance(watermark: number): void {
    // At the very end, too, what is new is told.
    const before = watermark === Infinity ? Math.max(this.watermark, 0) : this.watermark
    const keys = this.earlies.take(before, watermark)
    this.watermark = watermark
    const mark = watermark === Infinity ? -Infinity : floorTo(watermark + 1, this.everyMs, 0) - 1
    for (const key of keys) {
      const slots = this.parts.groups.get(key)
      if (slots !== undefined) this.tell(key, slots, Math.max(mark, slots[0] as number))
    }
  }

  private open(time: number): Slots {
    const { fold, groups } = this.parts
    if (groups.size < groupsMax) return fold.create([time, 0])
    throw new NodeError('WINDOW_FULL', `There are ${groupsMax} groups open already.`)
  }

  private tell(key: Key, slots: Slots, time: number): void {
    const { fold, groups, isDiscarding, onResult } = this.parts
    const told = isDiscarding ? slots.slice() : slots
    slots[1] = 0
    if (isDiscarding) fold.reset(slots, head)
    groups.set(key, slots)
    const rest = { slots: told, at: head, until: null, isEarly: false }
    onResult({ key, start: null, end: null, time, ...rest })
  }
}
