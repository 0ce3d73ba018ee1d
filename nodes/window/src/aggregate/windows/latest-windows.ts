import { NodeError } from '@millrace/sdk'
import type { Slots } from '../accumulators/accumulator.ts'
import { groupsMax } from './groups-max.ts'
import { RunningSums } from './running-sums.ts'
import { Timeline } from './timeline.ts'
import type { Key, WindowParts, Windows } from './windows.ts'

/** Messages of one group that are kept; those that would need more leave by the error port. */
export const latestMax = 10_000

/**
 * A result with every message: of the last so many messages of its group, or of those of the last so
 * many milliseconds, both ends included, as SQL's OVER has it. A group is a flat list of its messages,
 * each with its time and a value for each result.
 */
export class LatestWindows implements Windows {
  private readonly parts: WindowParts
  /** Slots of a message. */
  private readonly stride: number
  private readonly messages: number
  private readonly lengthMs: number
  private readonly cleanups = new Timeline()
  private readonly sums: RunningSums
  private watermark = -Infinity

  constructor(
    parts: WindowParts,
    reach: { readonly messages: number } | { readonly lengthMs: number },
  ) {
    this.parts = parts
    this.stride = 1 + parts.fold.values.length
    this.sums = new RunningSums(parts.fold)
    this.messages = 'messages' in reach ? reach.messages : Infinity
    this.lengthMs = 'lengthMs' in reach ? reach.lengthMs : Infinity
  }

  get nextAt(): number {
    return this.cleanups.next
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    if (this.lengthMs === Infinity) return
    for (const [key, group] of this.parts.groups.entries()) this.register(key, group)
  }

  add(key: Key, time: number): boolean {
    if (this.lengthMs !== Infinity && time <= this.watermark) return false
    const group = this.kept(key, this.parts.groups.get(key) ?? this.open())
    const { values } = this.parts.fold
    const at = this.lengthMs === Infinity ? group.length : this.placeOf(group, time)
    if (at === group.length) group.push(time, ...values)
    else group.splice(at, 0, time, ...values)
    this.parts.groups.set(key, group)
    if (group.length === this.stride) this.register(key, group)
    this.tell(key, group, { at, time })
    return true
  }

  advance(watermark: number): void {
    this.watermark = watermark
    const { groups } = this.parts
    while (this.cleanups.next !== Infinity && this.cleanups.next <= watermark) {
      for (const key of this.cleanups.take()) {
        const group = groups.get(key)
        if (group === undefined) continue
        const kept = this.kept(key, group, true)
        if (kept.length === 0) {
          this.sums.forget(key)
          groups.delete(key)
        } else {
          groups.set(key, kept)
          this.register(key, kept)
        }
      }
    }
  }

  /**
   * Without the messages that no result can hold any more, once they are the greater part; with room
   * for one more.
   */
  private kept(key: Key, group: Slots, isAtOnce = false): Slots {
    const { stride } = this
    const from = this.watermark + 1 - this.lengthMs
    let done = 0
    if (this.lengthMs === Infinity) done = group.length - (this.messages - 1) * stride
    else while (done < group.length && (group[done] as number) < from) done += stride
    if (group.length - done >= latestMax * stride) {
      throw new NodeError(
        'WINDOW_FULL',
        `The group has ${latestMax} messages in its window already.`,
      )
    }
    const isWorthIt = done > 0 && (isAtOnce || done * 2 > group.length)
    if (!isWorthIt) return group
    this.sums.dropped(key, done / stride)
    return group.slice(done)
  }

  private open(): Slots {
    if (this.parts.groups.size < groupsMax) return []
    throw new NodeError('WINDOW_FULL', `There are ${groupsMax} groups open already.`)
  }

  private placeOf(group: Slots, time: number): number {
    let at = group.length
    while (at > 0 && (group[at - this.stride] as number) > time) at -= this.stride
    return at
  }

  private tell(
    key: Key,
    group: Slots,
    { at, time }: { readonly at: number; readonly time: number },
  ): void {
    const isTimed = this.lengthMs !== Infinity
    const first = isTimed
      ? this.firstFrom(group, at, time - this.lengthMs)
      : Math.max(0, at - (this.messages - 1) * this.stride)
    const slots = this.stateOf(key, group, { first, at })
    const span = isTimed
      ? { start: time - this.lengthMs, end: time + 1 }
      : { start: null, end: null }
    this.parts.onResult({ key, ...span, time, slots, at: 0, until: null, isEarly: false })
  }

  /** Where the messages begin that are not older than `from`; one at `at` is not. */
  private firstFrom(group: Slots, at: number, from: number): number {
    const { stride } = this
    let low = 0
    let high = at / stride
    while (low < high) {
      const middle = (low + high) >> 1
      if ((group[middle * stride] as number) < from) low = middle + 1
      else high = middle
    }
    return low * stride
  }

  private stateOf(
    key: Key,
    group: Slots,
    { first, at }: { readonly first: number; readonly at: number },
  ): Slots {
    const { stride, sums } = this
    if (at === group.length - stride) return sums.sum(key, group, first / stride)
    // Out of order: what comes behind it in the list does not count.
    sums.forget(key)
    return sums.sum(key, group.slice(0, at + stride), first / stride)
  }

  /** When the oldest message can be let go; the rest is seen to then. */
  private register(key: Key, group: Slots): void {
    if (this.lengthMs === Infinity || group.length === 0) return
    this.cleanups.add((group[group.length - this.stride] as number) + this.lengthMs, key)
  }
}
