const topicsMax = 10_000
const bytesMax = 32 * 2 ** 20

/** Keeps what a broker in memory retains within a bound. */
export class RetainedBound {
  private readonly sizes = new Map<string, number>()
  private bytes = 0

  get isEmpty(): boolean {
    return this.sizes.size === 0
  }

  /** Notes a retained message; an empty one removes what was there. False when there is no room. */
  isAllowed(topic: string, payloadBytes: number): boolean {
    const before = this.sizes.get(topic) ?? 0
    if (payloadBytes === 0) this.sizes.delete(topic)
    else if (!this.hasRoom(topic, payloadBytes - before)) return false
    else this.sizes.set(topic, payloadBytes)
    this.bytes += payloadBytes - before
    return true
  }

  private hasRoom(topic: string, moreBytes: number): boolean {
    const isKnown = this.sizes.has(topic)
    return (isKnown || this.sizes.size < topicsMax) && this.bytes + moreBytes <= bytesMax
  }
}
