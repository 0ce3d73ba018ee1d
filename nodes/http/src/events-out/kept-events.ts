export interface KeptEvent {
  readonly number: number
  readonly text: string
}

/** The last events, for clients that come back. */
export class KeptEvents {
  private readonly max: number
  private readonly bytesMax: number
  /** Oldest first. */
  private events: KeptEvent[] = []
  private from = 0
  private bytes = 0

  constructor(max: number, bytesMax: number) {
    this.max = max
    this.bytesMax = bytesMax
  }

  add(number: number, text: string): void {
    this.events.push({ number, text })
    this.bytes += text.length
    while (this.count > this.max || this.bytes > this.bytesMax) {
      this.bytes -= this.events[this.from]?.text.length ?? 0
      this.from += 1
    }
    // Now and then, so that dropping one costs nothing.
    if (this.from > this.count) {
      this.events = this.events.slice(this.from)
      this.from = 0
    }
  }

  /** Those after that number. */
  *after(number: number): Iterable<KeptEvent> {
    const { from, events } = this
    // Numbers follow one another.
    const first = events[from]?.number ?? 0
    const start = from + Math.max(0, number + 1 - first)
    for (let at = start; at < events.length; at += 1) {
      const event = events[at]
      if (event !== undefined) yield event
    }
  }

  private get count(): number {
    return this.events.length - this.from
  }
}
