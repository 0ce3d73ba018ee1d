/** From so many messages a second on, reading rests between reads. */
const fastPerSecond = 30_000
/** And below so many no longer. */
const slowPerSecond = 20_000
/** A rate is taken over at least this time. */
const periodMs = 10
/** Reads that bring so much are long enough. */
const longReadBytes = 16_384

/**
 * Tells when to let messages gather before the next read. A broker writes them one by one, and under
 * load most of the cost of a message is then in reading and writing so few at a time. A rest of a
 * millisecond brings dozens with each read, while below 20,000 a second nothing waits.
 */
export class ReadPace {
  private isFast = false
  private count = 0
  private since = 0

  /** Gives whether to rest after a read that has brought this. */
  restsAfter(messages: number, bytes: number, nowMs: number): boolean {
    this.count += messages
    const elapsedMs = nowMs - this.since
    if (elapsedMs >= periodMs) {
      const perSecond = (this.count / elapsedMs) * 1000
      this.isFast = perSecond > (this.isFast ? slowPerSecond : fastPerSecond)
      this.count = 0
      this.since = nowMs
    }
    return this.isFast && bytes < longReadBytes
  }
}

export const restMs = 1
