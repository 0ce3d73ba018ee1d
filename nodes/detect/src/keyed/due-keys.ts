import type { Key } from './key-of.ts'

/** So many times may be left behind before it is worth to remove them. */
const slack = 100

/** When each key is to be looked at next; the earliest first. */
export class DueKeys {
  private readonly dueAt = new Map<Key, number>()
  /** A binary heap of times. A key whose time was changed leaves the old one behind, to be passed over. */
  private heap: { readonly time: number; readonly key: Key }[] = []

  /** The earliest time, or Infinity. */
  get next(): number {
    this.dropOutdated()
    return this.heap[0]?.time ?? Infinity
  }

  /** Infinity takes the key out. */
  set(key: Key, time: number): void {
    if (this.dueAt.get(key) === time) return
    if (time === Infinity) {
      this.dueAt.delete(key)
      return
    }
    this.dueAt.set(key, time)
    this.heap.push({ time, key })
    this.rise(this.heap.length - 1)
    if (this.heap.length > 2 * this.dueAt.size + slack) this.clean()
  }

  /** How many times are kept, with those that were left behind. */
  get length(): number {
    return this.heap.length
  }

  /** Takes out the keys that are due at this time or before. */
  take(time: number): Key[] {
    const keys: Key[] = []
    while (this.next <= time) {
      const first = this.removeFirst()
      if (first === undefined) break
      this.dueAt.delete(first.key)
      keys.push(first.key)
    }
    return keys
  }

  /** What is sorted is a heap. */
  private clean(): void {
    const entries = [...this.dueAt].map(([key, time]) => ({ time, key }))
    this.heap = entries.toSorted((one, other) => one.time - other.time)
  }

  private dropOutdated(): void {
    for (let first = this.heap[0]; first !== undefined; first = this.heap[0]) {
      if (this.dueAt.get(first.key) === first.time) return
      this.removeFirst()
    }
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (this.timeAt(parent) <= this.timeAt(at)) return
      this.swap(at, parent)
      at = parent
    }
  }

  private removeFirst(): { readonly key: Key } | undefined {
    const [first] = this.heap
    const last = this.heap.pop()
    if (last === undefined || this.heap.length === 0) return first
    this.heap[0] = last
    this.sink()
    return first
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const child = this.timeAt(left + 1) < this.timeAt(left) ? left + 1 : left
      if (this.timeAt(at) <= this.timeAt(child)) return
      this.swap(at, child)
      at = child
    }
  }

  private swap(one: number, other: number): void {
    const [left, right] = [this.heap[one], this.heap[other]]
    if (left === undefined || right === undefined) return
    this.heap[one] = right
    this.heap[other] = left
  }

  private timeAt(at: number): number {
    return this.heap[at]?.time ?? Infinity
  }
}
