import type { GaugeMemory } from '../deployment.ts'

export interface GaugeSlots {
  readonly counts: Float64Array
  readonly at: number
}

/** Hands out runs of numbers in the host's gauge memory and takes them back when nodes end. */
export class GaugePool {
  private readonly memory: GaugeMemory
  private readonly free = new Map<number, GaugeSlots[]>()
  private chunk: GaugeSlots | undefined

  constructor(memory: GaugeMemory) {
    this.memory = memory
  }

  /** Asks the host once for what many nodes will need. */
  reserve(count: number): void {
    const left = this.chunk === undefined ? 0 : this.chunk.counts.length - this.chunk.at
    if (left < count) this.chunk = { counts: this.memory.allocate(count), at: 0 }
  }

  take(count: number): GaugeSlots {
    const reused = this.free.get(count)?.pop()
    if (reused !== undefined) {
      reused.counts.fill(0, reused.at, reused.at + count)
      return reused
    }
    this.reserve(count)
    const chunk = this.chunk ?? { counts: this.memory.allocate(count), at: 0 }
    this.chunk = { counts: chunk.counts, at: chunk.at + count }
    return chunk
  }

  giveBack(slots: GaugeSlots, count: number): void {
    const list = this.free.get(count)
    if (list === undefined) this.free.set(count, [slots])
    else list.push(slots)
  }
}
