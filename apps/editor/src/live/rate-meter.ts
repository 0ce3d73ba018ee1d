/** How far back, in seconds, a slow stream is measured. */
const longest = 12

/**
 * Messages a second out of totals. Quick streams are measured over the last second; slow ones, and
 * those that come in bursts, over the last twelve, so that the number stays calm.
 */
export class RateMeter {
  /** The total that was given last. */
  total = 0
  perSecond = 0
  readonly #times = new Float64Array(longest + 1)
  readonly #totals = new Float64Array(longest + 1)
  #next = 0
  #count = 0

  /** Whether enough has been seen to tell a rate. */
  get isKnown(): boolean {
    return this.#count > 1
  }

  /** Takes in a total and the time of it, in milliseconds. */
  take(total: number, time: number): void {
    // A new deployment counts from nothing.
    if (total < this.total) this.#count = 0
    this.total = total
    this.tick(time)
  }

  /** Time has passed, the total is what it was. */
  tick(time: number): void {
    const sinceLast = time - this.#at(this.#times, 1)
    if (this.#count > 0 && sinceLast < 950) return
    this.#times[this.#next] = time
    this.#totals[this.#next] = this.total
    this.#next = (this.#next + 1) % this.#times.length
    this.#count = Math.min(this.#count + 1, this.#times.length)
    this.perSecond = this.#measure()
  }

  #measure(): number {
    const overall = this.#over(this.#count - 1)
    if (overall >= 8) return this.#over(1)
    return overall >= 4 ? this.#over(4) : overall
  }

  /** The rate over the last so many samples, about a second each. */
  #over(samples: number): number {
    const back = Math.min(samples, this.#count - 1)
    if (back < 1) return 0
    const elapsedMs = this.#at(this.#times, 1) - this.#at(this.#times, back + 1)
    const count = this.#at(this.#totals, 1) - this.#at(this.#totals, back + 1)
    return elapsedMs > 0 ? (count / elapsedMs) * 1000 : 0
  }

  /** The value that was put in so many samples ago; 1 is the last. */
  #at(values: Float64Array, ago: number): number {
    const { length } = values
    return values[(this.#next - ago + length) % length] ?? 0
  }
}
