/** Lets so many through at once and so many a second; the rest is refused. */
export class TokenBucket {
  readonly #burst: number
  readonly #perSecond: number
  readonly #nowMs: () => number
  #tokens: number
  #filledMs: number

  constructor(options: {
    readonly burst: number
    readonly perSecond: number
    readonly nowMs: () => number
  }) {
    this.#burst = options.burst
    this.#perSecond = options.perSecond
    this.#nowMs = options.nowMs
    this.#tokens = options.burst
    this.#filledMs = options.nowMs()
  }

  take(): boolean {
    const nowMs = this.#nowMs()
    const gained = ((nowMs - this.#filledMs) / 1_000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + gained)
    this.#filledMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
