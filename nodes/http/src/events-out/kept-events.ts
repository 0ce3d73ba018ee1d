/** The last events, for clients that come back. */
export class KeptEvents {
  private readonly max: number
  private readonly bytesMax: number
  /** The number of an event and its text, oldest first. */
  private events: { readonly number: number; readonly text: string }[] = []
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
  after(number: number): readonly string[] {
    const kept = this.events.slice(this.from)
    return kept.filter((each) => each.number > number).map(({ text }) => text)
  }

  private get count(): number {
    return this.events.length - this.from
  }
}
