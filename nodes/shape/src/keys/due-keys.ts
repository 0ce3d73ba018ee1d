import { Heap } from './heap.ts'
import type { StateKey } from './state-key.ts'

interface Due {
  readonly key: StateKey
  readonly at: number
}

/**
 * Keys and the times at which something is to happen to them, earliest first. Moving a key later,
 * as each message of it does, costs no more than a look-up: its place is put right when its turn
 * comes.
 */
export class DueKeys {
  private readonly times = new Map<StateKey, Due>()
  private readonly heap = new Heap<Due>((one, other) => one.at < other.at)
  /** The times that keys were moved to since they got their place in the heap. */
  private readonly moved = new Map<StateKey, number>()

  get size(): number {
    return this.times.size
  }

  /** When the first is due, or Infinity. */
  get nextAt(): number {
    return this.settle()?.at ?? Infinity
  }

  get(key: StateKey): number | undefined {
    return this.moved.get(key) ?? this.times.get(key)?.at
  }

  set(key: StateKey, at: number): void {
    const placed = this.times.get(key)
    if (placed !== undefined && placed.at <= at) {
      if (placed.at < at) this.moved.set(key, at)
      else this.moved.delete(key)
      return
    }
    this.place(key, at)
  }

  delete(key: StateKey): void {
    this.times.delete(key)
    this.moved.delete(key)
  }

  /** Takes out the key that is due first, if it is by that time. */
  take(until: number): StateKey | undefined {
    const first = this.settle()
    if (first === undefined || first.at > until) return undefined
    this.heap.pop()
    this.delete(first.key)
    return first.key
  }

  private place(key: StateKey, at: number): void {
    const due = { key, at }
    this.times.set(key, due)
    this.moved.delete(key)
    this.heap.push(due)
    if (this.heap.size > 2 * this.times.size + 64) this.compact()
  }

  /** Puts what is first right, until it is. */
  private settle(): Due | undefined {
    for (let first = this.heap.first; first !== undefined; first = this.heap.first) {
      const isStale = this.times.get(first.key) !== first
      const at = this.moved.get(first.key)
      if (!isStale && at === undefined) return first
      this.heap.pop()
      if (!isStale && at !== undefined) this.place(first.key, at)
    }
    return undefined
  }

  /** Leaves out the places of keys that were deleted or moved forward. */
  private compact(): void {
    while (this.heap.size > 0) this.heap.pop()
    for (const due of this.times.values()) this.heap.push(due)
  }
}
