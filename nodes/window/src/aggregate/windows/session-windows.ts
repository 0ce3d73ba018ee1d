import { NodeError } from '@millrace/sdk'
import type { Slots } from '../accumulators/accumulator.ts'
import { EarlyKeys } from './early-keys.ts'
import { Timeline } from './timeline.ts'
import type { FiringParts, Key, Windows } from './windows.ts'

/** Sessions of all groups together; messages that would need more leave by the error port. */
const sessionsMax = 5_000_000

/** Places in a session: its start, the time of its latest message, messages since the last result. */
const lastAt = 1
const newsAt = 2

/**
 * Windows that end when a group has been silent for the gap. Each message opens [time, time + gap);
 * windows that overlap or touch are one. A session is registered under an end that it had; when
 * that comes and the session has grown since, it is registered anew, so that a message costs no
 * registration. A group is a flat list of its sessions by time.
 */
export class SessionWindows implements Windows {
  private readonly parts: FiringParts
  private readonly gapMs: number
  private readonly head: number
  private readonly stride: number
  private readonly everyMessages: number
  private readonly fires = new Timeline()
  private readonly cleanups = new Timeline()
  private readonly earlies: EarlyKeys
  private watermark = -Infinity
  private count = 0

  constructor(parts: FiringParts, gapMs: number) {
    this.parts = parts
    this.gapMs = gapMs
    this.head = parts.early === undefined ? 2 : 3
    this.stride = this.head + parts.fold.width
    this.everyMessages = parts.early?.everyMessages ?? Infinity
    this.earlies = new EarlyKeys(parts.early)
  }

  get nextAt(): number {
    const early = this.earlies.nextAfter(this.watermark)
    return Math.min(this.fires.next - 1, this.cleanups.next, early)
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const [key, group] of this.parts.groups.entries()) {
      this.count += group.length / this.stride
      for (let at = 0; at < group.length; at += this.stride) {
        this.register(key, this.endOf(group, at))
        if (this.head > newsAt && group[at + newsAt] !== 0) this.earlies.add(key)
      }
      this.letGo(key, group)
    }
  }

  add(key: Key, time: number): boolean {
    const { fold, groups } = this.parts
    let group = groups.get(key)
    let at = group === undefined ? -1 : this.find(group, time)
    if (group === undefined || at < 0) {
      if (this.isOver(time + this.gapMs)) return false
      at = group === undefined ? 0 : this.placeOf(group, time)
      group = this.open(group, at, time)
      this.register(key, time + this.gapMs)
    } else {
      group = this.joined(group, at, time)
    }
    const before = this.endOf(group, at)
    if (time < numberIn(group, at)) group[at] = time
    if (time > numberIn(group, at + lastAt)) group[at + lastAt] = time
    if (this.head > newsAt) group[at + newsAt] = numberIn(group, at + newsAt) + 1
    fold.add(group, at + this.head, time)
    groups.set(key, group)
    this.afterAdding(key, group, { at, before })
    return true
  }

  advance(watermark: number): void {
    const early = this.earlies.take(this.watermark, watermark)
    this.watermark = watermark
    while (this.fires.next !== Infinity && this.fires.next - 1 <= watermark) this.fire()
    for (const key of early) this.fireEarly(key)
    while (this.cleanups.next !== Infinity && this.cleanups.next <= watermark) {
      for (const key of this.cleanups.take()) {
        const group = this.parts.groups.get(key)
        if (group !== undefined) this.letGo(key, group)
      }
    }
  }

  /** The first session that the time belongs to, or −1. */
  private find(group: Slots, time: number): number {
    for (let at = 0; at < group.length; at += this.stride) {
      if (this.touches(group, at, time)) return at
    }
    return -1
  }

  private touches(group: Slots, at: number, time: number): boolean {
    return (
      numberIn(group, at) <= time + this.gapMs && time <= numberIn(group, at + lastAt) + this.gapMs
    )
  }

  /** The group after joining the session with those behind it that the time connects it with. */
  private joined(group: Slots, at: number, time: number): Slots {
    const { head, stride } = this
    const next = at + stride
    if (next >= group.length || !this.touches(group, next, time)) return group
    // Sessions lie more than the gap apart, so that a time touches no more than two.
    this.parts.fold.merge(group, at + head, group, next + head)
    group[at + lastAt] = group[next + lastAt]
    if (head > newsAt) {
      group[at + newsAt] = numberIn(group, at + newsAt) + numberIn(group, next + newsAt)
    }
    this.count -= 1
    return group.slice(0, next).concat(group.slice(next + stride))
  }

  private placeOf(group: Slots, time: number): number {
    let at = group.length
    while (at > 0 && numberIn(group, at - this.stride) > time) at -= this.stride
    return at
  }

  private open(group: Slots | undefined, at: number, time: number): Slots {
    if (this.count >= sessionsMax) {
      throw new NodeError('WINDOW_FULL', `There are ${sessionsMax} sessions open already.`)
    }
    this.count += 1
    const session = this.parts.fold.create(this.head > newsAt ? [time, time, 0] : [time, time])
    return group === undefined ? session : group.slice(0, at).concat(session, group.slice(at))
  }

  private afterAdding(
    key: Key,
    group: Slots,
    { at, before }: { readonly at: number; readonly before: number },
  ): void {
    const end = this.endOf(group, at)
    // What it was registered under has passed.
    if (end !== before && before - 1 <= this.watermark) this.register(key, end)
    if (end - 1 <= this.watermark) this.tell(key, group, at)
    else if (this.head > newsAt) this.afterNews(key, group, at)
  }

  private afterNews(key: Key, group: Slots, at: number): void {
    if (numberIn(group, at + newsAt) >= this.everyMessages) this.tell(key, group, at, true)
    else this.earlies.add(key)
  }

  private fireEarly(key: Key): void {
    const group = this.parts.groups.get(key) ?? []
    for (let at = 0; at < group.length; at += this.stride) {
      const isOpen = this.endOf(group, at) - 1 > this.watermark
      if (isOpen && group[at + newsAt] !== 0) this.tell(key, group, at, true)
    }
  }

  private register(key: Key, end: number): void {
    if (end - 1 > this.watermark) this.fires.add(end, key)
    else this.cleanups.add(end - 1 + this.parts.latenessMs, key)
  }

  private fire(): void {
    const end = this.fires.next
    for (const key of this.fires.take()) {
      const group = this.parts.groups.get(key)
      if (group === undefined) continue
      for (let at = 0; at < group.length; at += this.stride) {
        const own = this.endOf(group, at)
        // It has grown since it was registered.
        if (own > end) this.fires.add(own, key)
        if (own === end && this.hasResult(group, at)) this.tell(key, group, at)
      }
      if (this.parts.latenessMs > 0) this.cleanups.add(end - 1 + this.parts.latenessMs, key)
      else this.letGo(key, group, end)
    }
  }

  /** Where results are discarded, one before the end may have held all there was. */
  private hasResult(group: Slots, at: number): boolean {
    return this.head <= newsAt || !this.parts.isDiscarding || group[at + newsAt] !== 0
  }

  private tell(key: Key, group: Slots, at: number, isEarly = false): void {
    const { fold, groups, isDiscarding, onResult } = this.parts
    const { head, stride } = this
    const start = numberIn(group, at)
    const end = this.endOf(group, at)
    const slots = isDiscarding ? group.slice(at, at + stride) : group
    if (isDiscarding) fold.reset(group, at + head)
    if (head > newsAt) group[at + newsAt] = 0
    if (isDiscarding || head > newsAt) groups.set(key, group)
    const state = { slots, at: isDiscarding ? head : at + head, until: null }
    onResult({ key, start, end, time: end - 1, isEarly, ...state })
  }

  /** Removes the sessions that are over, as far as their results have been given. */
  private letGo(key: Key, group: Slots, firedEnd = this.watermark + 1): void {
    const { groups } = this.parts
    let kept: Slots | undefined
    for (let at = group.length - this.stride; at >= 0; at -= this.stride) {
      const end = this.endOf(group, at)
      if (end > firedEnd || !this.isOver(end)) continue
      kept = (kept ?? group).slice(0, at).concat((kept ?? group).slice(at + this.stride))
      this.count -= 1
    }
    if (kept === undefined) return
    if (kept.length === 0) groups.delete(key)
    else groups.set(key, kept)
  }

  private endOf(group: Slots, at: number): number {
    return numberIn(group, at + lastAt) + this.gapMs
  }

  private isOver(end: number): boolean {
    return end - 1 + this.parts.latenessMs <= this.watermark
  }
}

/** What a window notes of itself are numbers. */
function numberIn(slots: Slots, at: number): number {
  return slots[at] as number
}
