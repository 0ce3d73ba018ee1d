/** Keys to be looked at when a time comes, earliest time first. A key is kept once for each time. */
export class Timeline {
  /** The earliest time, or Infinity. */
  next = Infinity
  private readonly keys = new Map<number, Set<string | number>>()
  /** A binary heap of the times. */
  private readonly times: number[] = []

  add(time: number, key: string | number): void {
    const keys = this.keys.get(time)
    if (keys !== undefined) {
      keys.add(key)
      return
    }
    this.keys.set(time, new Set([key]))
    rise(this.times, this.times.push(time) - 1)
    this.next = this.times[0] ?? Infinity
  }

  /** Takes out the keys of the earliest time. */
  take(): ReadonlySet<string | number> {
    const keys = this.keys.get(this.next)
    this.keys.delete(this.next)
    removeFirst(this.times)
    this.next = this.times[0] ?? Infinity
    return keys ?? new Set()
  }
}

function rise(heap: number[], from: number): void {
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (numberAt(heap, parent) <= numberAt(heap, at)) return
    swap(heap, at, parent)
    at = parent
  }
}

function removeFirst(heap: number[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  heap[0] = last
  for (let at = 0; ;) {
    const left = 2 * at + 1
    if (left >= heap.length) return
    const isRight = left + 1 < heap.length && numberAt(heap, left + 1) < numberAt(heap, left)
    const child = isRight ? left + 1 : left
    if (numberAt(heap, at) <= numberAt(heap, child)) return
    swap(heap, at, child)
    at = child
  }
}

function swap(heap: number[], one: number, other: number): void {
  const kept = numberAt(heap, one)
  heap[one] = numberAt(heap, other)
  heap[other] = kept
}

function numberAt(heap: readonly number[], index: number): number {
  return heap[index] ?? Infinity
}
