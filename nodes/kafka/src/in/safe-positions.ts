type Positions = ReadonlyMap<string, number>

interface Batch {
  readonly from: number
  /** Where the next one begins; undefined until it is dealt with. */
  to: number | undefined
}

interface Progress {
  /** Up to here it was told. */
  told: number
  /** Up to here it was passed on. */
  read: number
  /** Passed on and not dealt with, in order. */
  readonly batches: Batch[]
}

const untold = -1

type Settled = (to: number, error?: unknown) => boolean

/** A batch that failed is read once more, then passed over: it must not stand in the way for ever. */
const attemptsMax = 2

/**
 * Knows of each partition how far what was read is safe, and says so in order. Safe is what an epoch
 * has stored; where no epochs are stored, what has been dealt with without a gap before it.
 */
export class SafePositions {
  private readonly storesEpochs: boolean
  private readonly onSafe: (positions: Positions) => void
  private readonly partitions = new Map<string, Progress>()
  private readonly attempts = new Map<string, number>()
  private waiting: (() => void)[] = []

  constructor(storesEpochs: boolean, onSafe: (positions: Positions) => void) {
    this.storesEpochs = storesEpochs
    this.onSafe = onSafe
  }

  /** The partition is read from here on. Where the group does not know that yet, it will be told. */
  begin(name: string, position: number, isKnown = true): void {
    this.partitions.set(name, { told: isKnown ? position : untold, read: position, batches: [] })
    if (isKnown || this.storesEpochs) return
    this.partitions.set(name, { told: position, read: position, batches: [] })
    this.tell(new Map([[name, position]]))
  }

  /** Nothing more is told of any partition until it begins again. */
  end(): void {
    this.partitions.clear()
    this.attempts.clear()
    this.wake()
  }

  /**
   * A batch of a partition begins. What is given back is to be called when it is dealt with; where it
   * gives true, the batch is to be read again.
   */
  open(name: string, from: number): Settled {
    const progress = this.partitions.get(name)
    if (progress === undefined || this.storesEpochs) return () => false
    const batch: Batch = { from, to: undefined }
    progress.batches.push(batch)
    return (to, error) => {
      if (this.partitions.get(name) !== progress) return false
      if (error !== undefined && this.shallRepeat(name, from)) {
        this.partitions.set(name, { ...progress, read: from, batches: [] })
        return true
      }
      batch.to = to
      this.settle(name, progress)
      return false
    }
  }

  wasRead(name: string, position: number): void {
    const progress = this.partitions.get(name)
    if (progress === undefined) return
    // What is behind was read again, or is something else by now.
    if (position < progress.read) this.begin(name, position, false)
    else progress.read = position
  }

  /** An epoch has stored these positions. */
  stored(positionOf: (name: string) => number | undefined): void {
    const news = new Map<string, number>()
    for (const [name, progress] of this.partitions) {
      const position = positionOf(name)
      if (position === undefined || progress.told === position) continue
      progress.told = position
      news.set(name, position)
    }
    this.tell(news)
  }

  /** Settles once all that was read is safe. */
  async whenSafe(): Promise<void> {
    while ([...this.partitions.values()].some(({ told, read }) => told < read)) {
      // oxlint-disable-next-line no-await-in-loop -- until it is so
      await new Promise<void>((resolve) => void this.waiting.push(resolve))
    }
  }

  private shallRepeat(name: string, from: number): boolean {
    const key = `${name}@${from}`
    const attempts = (this.attempts.get(key) ?? 1) + 1
    this.attempts.set(key, attempts)
    return attempts <= attemptsMax
  }

  private settle(name: string, progress: Progress): void {
    const { batches } = progress
    let position: number | undefined
    for (let head = batches[0]; head?.to !== undefined; head = batches[0]) {
      position = head.to
      this.attempts.delete(`${name}@${head.from}`)
      batches.shift()
    }
    if (position === undefined) return
    progress.told = position
    this.tell(new Map([[name, position]]))
  }

  private tell(news: Positions): void {
    if (news.size > 0) this.onSafe(news)
    this.wake()
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake()
  }
}
