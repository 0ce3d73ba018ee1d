/** Holds that were taken between two watermarks. */
export interface Segment {
  open: number
  /** The watermark that waits for these holds and all before them. */
  watermark: number
}

/** Watermarks that wait at one node at a time; more are joined, which only makes them later. */
const waitingMax = 64

/**
 * Keeps watermarks behind the held messages that came before them, so that what an asynchronous
 * node emits late is not overtaken by the time that belongs after it.
 */
export class Gate {
  private readonly waiting: Segment[] = []
  private tail: Segment = newSegment()

  /** Takes a hold, beside one that is open or as the latest; give back the segment at its release. */
  enter(beside?: Segment): Segment {
    const segment = beside ?? this.tail
    segment.open += 1
    return segment
  }

  /** Whether a watermark may pass now; otherwise it waits. */
  admits(watermark: number): boolean {
    if (this.waiting.length === 0 && this.tail.open === 0) return true
    this.tail.watermark = watermark
    if (this.waiting.length < waitingMax) {
      this.waiting.push(this.tail)
      this.tail = newSegment()
    }
    return false
  }

  /** Releases a hold and gives the watermark that may pass now, or −Infinity. */
  leave(segment: Segment): number {
    segment.open -= 1
    let passing = -Infinity
    for (let head = this.waiting[0]; head?.open === 0; head = this.waiting[0]) {
      passing = head.watermark
      this.waiting.shift()
    }
    if (this.waiting.length > 0 || this.tail.open > 0) return passing
    passing = Math.max(passing, this.tail.watermark)
    this.tail.watermark = -Infinity
    return passing
  }
}

function newSegment(): Segment {
  return { open: 0, watermark: -Infinity }
}
