import { Lowest } from './lowest.ts'

/** Partitions with a clock of their own; those beyond share one. */
const partitionsMax = 100_000
/** How far a partition is behind the newest, in milliseconds, before it is said to hold time back. */
const wellBehindMs = 1000

interface Partition {
  readonly key: string | number
  readonly index: number
  latest: number
  /** Number of the tick in which it was last seen. */
  seenAt: number
  isIdle: boolean
}

export type PartitionEntries = readonly (readonly [string | number, number])[]

/** The latest event time of each partition, and the least of them among those that are not idle. */
export class Partitions {
  private readonly byKey = new Map<string | number, Partition>()
  private readonly lowest = new Lowest()
  /** By index, to name the slowest. */
  private readonly keys: (string | number)[] = []
  private newest = -Infinity
  /** Those seen later since the last epoch was stored, while somebody stores them. */
  private changed: Set<Partition> | undefined

  /** The least of the latest; Infinity when all are idle or there are none. */
  get least(): number {
    return this.lowest.value
  }

  /** Whose latest that is, where it is well behind the newest of all and stands for one alone. */
  get slowest(): string | number | undefined {
    if (this.newest - this.least < wellBehindMs) return undefined
    const key = this.keys[this.lowest.index]
    return key === overflow ? undefined : key
  }

  see(key: string | number, time: number, tick: number): void {
    const partition = this.byKey.get(key) ?? this.add(key)
    partition.seenAt = tick
    if (time > partition.latest) {
      partition.latest = time
      if (time > this.newest) this.newest = time
      this.changed?.add(partition)
    } else if (!partition.isIdle) {
      return
    }
    partition.isIdle = false
    this.lowest.set(partition.index, partition.latest)
  }

  /** Counts from now on, whether anything of it was seen or not. */
  expect(key: string | number, tick: number): void {
    const partition = this.byKey.get(key) ?? this.add(key)
    partition.seenAt = tick
    partition.isIdle = false
    this.lowest.set(partition.index, partition.latest)
  }

  /** Leaves it out of the minimum until it is seen again. */
  dismiss(key: string | number): void {
    const partition = this.byKey.get(key)
    if (partition === undefined || partition.isIdle) return
    partition.isIdle = true
    this.lowest.set(partition.index, Infinity)
  }

  /** Leaves out of the minimum what was last seen before the tick. */
  rest(before: number): void {
    for (const partition of this.byKey.values()) {
      if (partition.isIdle || partition.seenAt >= before) continue
      partition.isIdle = true
      this.lowest.set(partition.index, Infinity)
    }
  }

  entries(): [string | number, number][] {
    return [...this.byKey].map(([key, { latest }]) => [key, latest])
  }

  /** From now on it is noted what changes. */
  trackChanges(): void {
    this.changed ??= new Set()
  }

  changes(): [string | number, number][] {
    return [...(this.changed ?? [])].map(({ key, latest }) => [key, latest])
  }

  /** What changed is stored now. */
  stored(): void {
    this.changed?.clear()
  }

  private add(given: string | number): Partition {
    const shared = this.byKey.size >= partitionsMax ? this.byKey.get(overflow) : undefined
    if (shared !== undefined) return shared
    const index = this.byKey.size
    const key = index >= partitionsMax ? overflow : given
    const partition = { key, index, latest: -Infinity, seenAt: 0, isIdle: true }
    this.byKey.set(key, partition)
    this.keys.push(key)
    return partition
  }
}

const overflow = '\u0000all others'
