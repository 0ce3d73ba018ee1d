import type { KeyedState, Message } from '@millrace/sdk'
import { DueKeys } from '../keys/due-keys.ts'
import type { StateKey } from '../keys/state-key.ts'

/** A message that waits, as it is stored. */
export interface Kept {
  readonly key: StateKey
  /** Processing time when it came, in milliseconds since the epoch. */
  readonly at: number
  readonly message: Message
}

/**
 * Messages that wait, in a line for each key, each stored under the number in which it came. A
 * crash loses none: the lines are made again from what is stored.
 */
export class KeptMessages {
  private readonly state: KeyedState<Kept>
  private readonly lines = new Map<StateKey, Line>()
  /** Event times, by the numbers of the messages that have one. */
  private readonly times = new DueKeys()
  private next = 1

  /** `now` is the present: what a clock stored that was ahead of it came now. */
  constructor(state: KeyedState<Kept>, now: number) {
    this.state = state
    const numbers = [...state.keys()].map(Number).toSorted((one, other) => one - other)
    for (const number of numbers) {
      const kept = state.get(number)
      if (kept === undefined) continue
      if (kept.at > now) state.set(number, { ...kept, at: now })
      this.enter(number, kept)
      this.next = number + 1
    }
  }

  get size(): number {
    return this.state.size
  }

  /** The earliest event time of all, or Infinity. */
  get earliestTime(): number {
    return this.times.nextAt
  }

  keys(): IterableIterator<StateKey> {
    return this.lines.keys()
  }

  lengthOf(key: StateKey): number {
    return this.lines.get(key)?.length ?? 0
  }

  push(kept: Kept): void {
    this.state.set(this.next, kept)
    this.enter(this.next, kept)
    this.next += 1
  }

  first(key: StateKey): Kept | undefined {
    const number = this.lines.get(key)?.first
    return number === undefined ? undefined : this.state.get(number)
  }

  /** Takes out the one that has waited longest. */
  shift(key: StateKey): Kept | undefined {
    const line = this.lines.get(key)
    const number = line?.shift()
    if (line === undefined || number === undefined) return undefined
    if (line.length === 0) this.lines.delete(key)
    const kept = this.state.get(number)
    this.state.delete(number)
    this.times.delete(number)
    return kept
  }

  /** All of a key, oldest first; they stay. */
  all(key: StateKey): readonly Kept[] {
    const numbers = this.lines.get(key)?.all() ?? []
    return numbers.flatMap((number) => this.state.get(number) ?? [])
  }

  private enter(number: number, { key, message }: Kept): void {
    this.lineOf(key).push(number)
    if (isTime(message.time)) this.times.set(number, message.time)
  }

  private lineOf(key: StateKey): Line {
    let line = this.lines.get(key)
    if (line === undefined) {
      line = new Line()
      this.lines.set(key, line)
    }
    return line
  }
}

export function isTime(time: unknown): time is number {
  return typeof time === 'number' && Number.isFinite(time)
}

/** First in, first out. */
class Line {
  private items: number[] = []
  private head = 0

  get length(): number {
    return this.items.length - this.head
  }

  get first(): number | undefined {
    return this.items[this.head]
  }

  push(item: number): void {
    this.items.push(item)
  }

  shift(): number | undefined {
    const item = this.items[this.head]
    if (item === undefined) return undefined
    this.head += 1
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  all(): readonly number[] {
    return this.items.slice(this.head)
  }
}
