/** A piece of work; `settle` may be called at any later time. */
export type Work = (settle: (finish: () => void) => void) => void

interface Entry {
  readonly work: Work
  /** What is to be done with the result, once there is one and it is its turn. */
  finish: (() => void) | undefined
}

/**
 * Runs so many pieces of work at a time and finishes them in the order in which they were added, or
 * as they come.
 */
export class InOrder {
  private readonly concurrency: number
  private readonly isOrdered: boolean
  private readonly onPressure: (isHigh: boolean) => void
  /** Added but not finished, in order. */
  private entries: Entry[] = []
  private started = 0
  private running = 0
  private isPressing = false

  constructor(options: {
    readonly concurrency: number
    readonly isOrdered: boolean
    /** Too many pieces wait (true), or no longer (false). */
    readonly onPressure: (isHigh: boolean) => void
  }) {
    this.concurrency = options.concurrency
    this.isOrdered = options.isOrdered
    this.onPressure = options.onPressure
  }

  add(work: Work): void {
    this.entries.push({ work, finish: undefined })
    this.advance()
  }

  private advance(): void {
    // What is done but waits for its turn counts too: it is kept in memory.
    while (this.running < this.concurrency && this.started < this.startable) {
      const entry = this.entries[this.started]
      if (entry === undefined) break
      this.started += 1
      this.running += 1
      entry.work((finish) => this.settled(entry, finish))
    }
    this.press()
  }

  private get startable(): number {
    return Math.min(this.entries.length, this.concurrency * aheadFactor)
  }

  private settled(entry: Entry, finish: () => void): void {
    entry.finish = finish
    this.running -= 1
    if (this.isOrdered) this.finishInOrder()
    else this.finishNow(entry)
    this.advance()
  }

  private finishInOrder(): void {
    let done = 0
    while (this.entries[done]?.finish !== undefined) done += 1
    const finished = this.entries.splice(0, done)
    this.started -= done
    for (const { finish } of finished) finish?.()
  }

  private finishNow(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1)
    this.started -= 1
    entry.finish?.()
  }

  private press(): void {
    const waiting = this.entries.length
    const limit = this.concurrency * (this.isPressing ? 1 : aheadFactor)
    const isHigh = waiting > limit
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.onPressure(isHigh)
  }
}

/** Results that may wait for a slow one before them, for each request at a time. */
const aheadFactor = 4
