/** The points of one series within a stretch of time: at most one a second, oldest first. */
export class PointSeries {
  #times = new Float64Array(64)
  #values = new Float64Array(64)
  #first = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** When the newest point was; −∞ before the first. */
  get newestTime(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#time(this.#count - 1)
  }

  /**
   * Adds a point. One in the same `thinMs` as the newest takes its place; one that is older than
   * the newest is left out, as a line cannot go back.
   */
  add(
    time: number,
    value: number,
    bounds: { readonly thinMs: number; readonly most: number },
  ): void {
    const newest = this.newestTime
    if (time < newest) return
    const isSameSlot = Math.floor(time / bounds.thinMs) === Math.floor(newest / bounds.thinMs)
    if (isSameSlot) {
      this.#put(this.#count - 1, time, value)
      return
    }
    if (this.#count >= bounds.most) this.dropFirst()
    if (this.#count === this.#times.length) this.#grow()
    this.#put(this.#count, time, value)
    this.#count += 1
  }

  /** Puts older points, in order, before those that are there. */
  restore(times: readonly number[], values: readonly number[], most: number): void {
    const newer = this.since(Number.NEGATIVE_INFINITY)
    const first = newer.times[0] ?? Number.POSITIVE_INFINITY
    const count = times.filter((time) => time < first).length
    const from = Math.max(0, count + newer.times.length - most)
    this.#count = 0
    for (const [all, own, start, end] of [
      [times, values, from, count],
      [newer.times, newer.values, 0, newer.times.length],
    ] as const) {
      for (let index = start; index < end; index += 1) {
        if (this.#count === this.#times.length) this.#grow()
        this.#put(this.#count, all[index] ?? 0, own[index] ?? 0)
        this.#count += 1
      }
    }
  }

  dropBefore(time: number): void {
    while (this.#count > 0 && this.#time(0) < time) this.dropFirst()
  }

  dropFirst(): void {
    this.#first = (this.#first + 1) % this.#times.length
    this.#count -= 1
  }

  /** All points from a time on. */
  since(time: number): { readonly times: readonly number[]; readonly values: readonly number[] } {
    const times: number[] = []
    const values: number[] = []
    for (let index = 0; index < this.#count; index += 1) {
      if (this.#time(index) < time) continue
      times.push(this.#time(index))
      values.push(this.#values[this.#slot(index)] ?? 0)
    }
    return { times, values }
  }

  #time(index: number): number {
    return this.#times[this.#slot(index)] ?? 0
  }

  #slot(index: number): number {
    return (this.#first + index) % this.#times.length
  }

  #put(index: number, time: number, value: number): void {
    const slot = this.#slot(index)
    this.#times[slot] = time
    this.#values[slot] = value
  }

  #grow(): void {
    const { times, values } = this.since(Number.NEGATIVE_INFINITY)
    this.#times = new Float64Array(times.length * 2)
    this.#values = new Float64Array(values.length * 2)
    this.#times.set(times)
    this.#values.set(values)
    this.#first = 0
  }
}
