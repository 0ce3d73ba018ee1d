import type { KeyedState } from '@millrace/sdk'
import type { Item } from './item.ts'

export interface GroupRules {
  /** How long the first of a group waits for others. */
  readonly groupWaitMs: number
  /** How long after a message of a group the next one goes out at the earliest. */
  readonly groupIntervalMs: number
  /** Whether the end of an alert is told. */
  readonly tellsCleared: boolean
}

/** An item that waits for its group, as it is stored. */
export interface Waiting {
  readonly group: string
  readonly item: Item
  /** Whether the receiver knows this alert as open. */
  readonly isKnown: boolean
}

/** What is remembered of a group, also for a while after its message. */
export interface GroupTimes {
  /** When what waits may go out. */
  readonly dueAt: number
  /** When the last message went out. */
  readonly toldAt: number | null
  /** Alerts that were over before they were told. */
  readonly passed: number
}

/** What goes out together. */
export interface Notice {
  readonly items: readonly Item[]
  readonly passed: number
}

/**
 * Alerts that wait to be told together, each with its latest change alone: what was raised and
 * cleared while it waited is not told, as in Alertmanager.
 */
export class Groups {
  private readonly waiting: KeyedState<Waiting>
  private readonly times: KeyedState<GroupTimes>
  private readonly rules: GroupRules
  /** For each group, under which number what waits of each alert is stored. */
  private readonly numbers = new Map<string, Map<string, number>>()
  private next = 1

  constructor(
    waiting: KeyedState<Waiting>,
    times: KeyedState<GroupTimes>,
    { rules, now }: { readonly rules: GroupRules; readonly now: number },
  ) {
    this.waiting = waiting
    this.times = times
    this.rules = rules
    for (const number of [...waiting.keys()].map(Number).toSorted((one, two) => one - two)) {
      const { group, item } = waiting.get(number) ?? {}
      if (group === undefined || item === undefined) continue
      this.linesOf(group).set(lineOf(item, number), number)
      this.next = number + 1
    }
    this.putWithin(now)
  }

  get size(): number {
    return this.waiting.size
  }

  /** Whether something of the group waits. */
  has(group: string): boolean {
    return this.numbers.has(group)
  }

  /** Whether it would take the place of something that waits. */
  replaces(item: Item, group: string): boolean {
    return item.change !== 'message' && this.numbers.get(group)?.has(item.identity) === true
  }

  add(item: Item, group: string, now: number): void {
    const lines = this.numbers.get(group)
    const number = lines?.get(item.identity)
    const before = number === undefined ? undefined : this.waiting.get(number)
    if (number !== undefined && before !== undefined && item.change !== 'message') {
      this.replace(number, before, item)
    } else if (item.change !== 'cleared' || this.rules.tellsCleared) {
      this.enter(item, group, now)
    }
  }

  /** Takes out what may go out and is due, or at the end all of it, as a notice for each group. */
  take(
    now: number,
    { mayGo, isEnd = false }: { mayGo: (item: Item) => boolean; isEnd?: boolean },
  ): readonly Notice[] {
    const notices: Notice[] = []
    for (const [group, lines] of this.numbers) {
      const times = this.times.get(group)
      if (times === undefined || (times.dueAt > now && !isEnd)) continue
      const items = this.remove(lines, mayGo)
      if (items.length === 0) continue
      notices.push({ items, passed: times.passed })
      const dueAt = now + this.rules.groupIntervalMs
      this.times.set(group, { dueAt, toldAt: now, passed: 0 })
    }
    this.forget(now)
    return notices
  }

  /** When something of what may go out is due, or Infinity. */
  nextAt(mayGo: (item: Item) => boolean): number {
    let next = Infinity
    for (const [group, lines] of this.numbers) {
      const { dueAt = Infinity } = this.times.get(group) ?? {}
      if (dueAt >= next) continue
      const goes = (number: number): boolean => {
        const item = this.waiting.get(number)?.item
        return item !== undefined && mayGo(item)
      }
      if ([...lines.values()].some(goes)) next = dueAt
    }
    return next
  }

  private enter(item: Item, group: string, now: number): void {
    const times = this.times.get(group)
    const lines = this.linesOf(group)
    if (lines.size === 0 || times === undefined) this.begin(group, times, now)
    const isKnown = item.change !== 'raised' && item.change !== 'message'
    const number = this.next
    this.next += 1
    this.waiting.set(number, { group, item, isKnown })
    lines.set(lineOf(item, number), number)
  }

  private begin(group: string, times: GroupTimes | undefined, now: number): void {
    const { groupWaitMs, groupIntervalMs } = this.rules
    const toldAt = times?.toldAt ?? null
    const isFresh = toldAt === null || now >= toldAt + groupIntervalMs
    const dueAt = isFresh ? now + groupWaitMs : toldAt + groupIntervalMs
    this.times.set(group, { dueAt, toldAt, passed: times?.passed ?? 0 })
  }

  private replace(number: number, before: Waiting, item: Item): void {
    const { group, isKnown } = before
    const isOver = item.change === 'cleared'
    if (isOver && (!isKnown || !this.rules.tellsCleared)) {
      this.drop(number, before)
      if (isKnown) return
      const times = this.times.get(group)
      if (times !== undefined) this.times.set(group, { ...times, passed: times.passed + 1 })
      return
    }
    // What nobody heard of is news however often it was repeated.
    const change = !isKnown && item.change === 'repeated' ? 'raised' : item.change
    this.waiting.set(number, { group, item: { ...item, change }, isKnown })
  }

  private drop(number: number, { group, item }: Waiting): void {
    this.waiting.delete(number)
    const lines = this.numbers.get(group)
    lines?.delete(lineOf(item, number))
    if (lines?.size === 0) this.numbers.delete(group)
  }

  private remove(lines: Map<string, number>, mayGo: (item: Item) => boolean): readonly Item[] {
    const items: Item[] = []
    for (const number of [...lines.values()].toSorted((one, two) => one - two)) {
      const waiting = this.waiting.get(number)
      if (waiting === undefined || !mayGo(waiting.item)) continue
      items.push(waiting.item)
      this.drop(number, waiting)
    }
    return items
  }

  /** Groups of which nothing waits, and that may tell again at once. */
  private forget(now: number): void {
    for (const [group, { toldAt }] of this.times.entries()) {
      if (this.numbers.has(String(group))) continue
      const isOver = toldAt === null || now >= toldAt + this.rules.groupIntervalMs
      if (isOver || this.times.size > groupsMax) this.times.delete(group)
    }
  }

  private linesOf(group: string): Map<string, number> {
    let lines = this.numbers.get(group)
    if (lines === undefined) {
      lines = new Map()
      this.numbers.set(group, lines)
    }
    return lines
  }

  /** The state over a restart: a clock that was set back meanwhile puts nothing off. */
  private putWithin(now: number): void {
    const { groupWaitMs, groupIntervalMs } = this.rules
    const latest = now + Math.max(groupWaitMs, groupIntervalMs)
    for (const [group, times] of this.times.entries()) {
      const toldAt = times.toldAt === null ? null : Math.min(times.toldAt, now)
      this.times.set(group, { ...times, toldAt, dueAt: Math.min(times.dueAt, latest) })
    }
  }
}

/** Groups remembered after their message. */
const groupsMax = 10_000

/** Messages that are no alerts replace nothing. */
function lineOf(item: Item, number: number): string {
  return item.change === 'message' ? `#${number}` : item.identity
}
