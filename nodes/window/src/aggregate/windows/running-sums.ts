import type { Slots } from '../accumulators/accumulator.ts'
import type { Fold } from '../fold.ts'
import type { Key } from './windows.ts'

/** Fewer messages than this are added up anew each time. */
const messagesMin = 32

/** Messages of all groups together for which sums are kept. */
const keptMax = 500_000

/** Sums of one group. Messages are numbered from the first that it ever had. */
interface Sums {
  /** Messages that the group has dropped at its front. */
  dropped: number
  /** State of all messages from each one, up to `middle`. */
  front: Slots[]
  frontFrom: number
  middle: number
  /** State of the messages from `middle` to the latest; undefined for none. */
  back: Slots | undefined
  behind: number
}

/**
 * States of stretches at the end of growing lists, each with one or two merges, however long the
 * stretch: the lists are cut in two; from each message on, the front is summed up beforehand, and the
 * back grows with each message (two-stack aggregation, Tangwongsan et al. 2017). Kept in memory only.
 */
export class RunningSums {
  private readonly fold: Fold
  private readonly sums = new Map<Key, Sums>()
  private kept = 0

  constructor(fold: Fold) {
    this.fold = fold
  }

  /** The group lost so many messages at its front. */
  dropped(key: Key, count: number): void {
    const sums = this.sums.get(key)
    if (sums !== undefined) sums.dropped += count
  }

  /** The group is gone, or was changed in its middle. */
  forget(key: Key): void {
    this.kept -= this.sums.get(key)?.front.length ?? 0
    this.sums.delete(key)
  }

  /** State of the messages from `first` to the latest, which is new; not to be changed. */
  sum(key: Key, group: Slots, first: number): Slots {
    const { stride } = this
    const count = group.length / stride
    if (count - first < messagesMin || !this.fold.isSmall) {
      this.forget(key)
      return this.added(group, first)
    }
    const sums = this.sums.get(key)
    const from = first + (sums?.dropped ?? 0)
    const isNext = sums !== undefined && sums.behind === count - 1 + sums.dropped
    if (!isNext || from < sums.frontFrom || from >= sums.middle) {
      return this.begin(key, group, first)
    }
    sums.behind += 1
    sums.back ??= this.fold.create([])
    this.addOne(sums.back, group, count - 1)
    const state = this.fold.create([])
    this.fold.merge(state, 0, sums.front[from - sums.frontFrom] ?? state, 0)
    this.fold.merge(state, 0, sums.back, 0)
    return state
  }

  private get stride(): number {
    return 1 + this.fold.values.length
  }

  private begin(key: Key, group: Slots, first: number): Slots {
    this.forget(key)
    const count = group.length / this.stride
    if (this.kept + count - first > keptMax) return this.added(group, first)
    const front: Slots[] = []
    for (let at = count - 1; at >= first; at -= 1) {
      const state = this.fold.create([])
      this.addOne(state, group, at)
      const after = front.at(-1)
      if (after !== undefined) this.fold.merge(state, 0, after, 0)
      front.push(state)
    }
    front.reverse()
    this.kept += front.length
    const numbers = { dropped: 0, frontFrom: first, middle: count, behind: count }
    this.sums.set(key, { front, back: undefined, ...numbers })
    return front[0] ?? this.fold.create([])
  }

  private added(group: Slots, first: number): Slots {
    const state = this.fold.create([])
    for (let at = first; at * this.stride < group.length; at += 1) this.addOne(state, group, at)
    return state
  }

  private addOne(state: Slots, group: Slots, at: number): void {
    this.fold.take(group, at * this.stride + 1)
    // A message begins with its time.
    this.fold.add(state, 0, group[at * this.stride] as number)
  }
}
