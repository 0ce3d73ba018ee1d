import { NodeError } from '@millrace/sdk'
import type { Clock, Timer, Timers } from '@millrace/sdk'
import { toStoreError } from '@millrace/store'
import type { RefusedPoint, StorePoint } from '@millrace/store'

/** The points of a message on their way, and what is to be told of them. */
export interface Item {
  readonly points: readonly StorePoint[]
  /** Called once: when they are on disk, or with why one of them is not. */
  readonly done: (error?: NodeError) => void
}

export interface QueueOptions {
  /** Stores all but the points that it gives back; rejects when it can store none for now. */
  readonly write: (points: readonly StorePoint[], nowMs: number) => Promise<readonly RefusedPoint[]>
  readonly batchPoints: number
  readonly batchAgeMs: number
  readonly bufferPoints: number
  readonly clock: Clock
  readonly timers: Timers
  readonly onPressure: (isHigh: boolean) => void
  /** A batch is on disk, or could not be written for now. */
  readonly onState: (error: NodeError | undefined, waiting: number) => void
}

/** Part of the buffer at which the flow is slowed, and that at which it goes on. */
const [highPart, lowPart] = [0.5, 0.25]
const [shortestRetryMs, longestRetryMs] = [500, 30_000]

/** Gathers points and writes them in batches, one at a time. What cannot be written now waits, bounded. */
export class PointQueue {
  readonly #options: QueueOptions
  #items: Item[] = []
  #waiting = 0
  #isWriting = false
  #isDue = false
  #isPressing = false
  #isClosed = false
  #failures = 0
  #age: Timer | undefined
  #retry: Timer | undefined

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /** Throws when there is no room for it. */
  add(item: Item): void {
    const { batchPoints, batchAgeMs, bufferPoints, timers } = this.#options
    if (this.#waiting >= bufferPoints) {
      throw new NodeError('STORE_BUFFER_FULL', 'Too many points wait to be stored.')
    }
    this.#items.push(item)
    this.#waiting += item.points.length
    this.#press()
    if (this.#waiting >= batchPoints) this.writeNow()
    else this.#age ??= timers.after(batchAgeMs, () => this.writeNow())
  }

  /** Writes what is there, without waiting for more. */
  writeNow(): void {
    this.#age?.cancel()
    this.#age = undefined
    this.#isDue = true
    if (!this.#isWriting && this.#retry === undefined) void this.#advance()
  }

  close(): void {
    this.#isClosed = true
    this.#age?.cancel()
    this.#retry?.cancel()
    const error = new NodeError('STORE_CLOSED', 'The node was closed before it was stored.')
    for (const { done } of this.#items.splice(0)) done(error)
  }

  /** Never rejects. */
  async #advance(): Promise<void> {
    this.#isWriting = true
    while (this.#isDue && !this.#isClosed && this.#items.length > 0) {
      const count = this.#batchSize()
      const batch = this.#items.slice(0, count)
      try {
        const points = batch.flatMap((item) => item.points)
        const refused = await this.#options.write(points, this.#options.clock.now())
        if (!this.#isClosed) this.#stored(batch, refused)
      } catch (error) {
        if (!this.#isClosed) this.#failed(error)
        break
      }
    }
    this.#isWriting = false
    if (this.#items.length === 0) this.#isDue = false
  }

  #batchSize(): number {
    let points = 0
    let count = 0
    for (const item of this.#items) {
      if (count > 0 && points + item.points.length > this.#options.batchPoints) break
      points += item.points.length
      count += 1
    }
    return count
  }

  #stored(batch: readonly Item[], refused: readonly RefusedPoint[]): void {
    this.#items.splice(0, batch.length)
    this.#failures = 0
    const errors = new Map(refused.map(({ index, code, message }) => [index, { code, message }]))
    let index = 0
    for (const { points, done } of batch) {
      const first = points
        .map((_, at) => errors.get(index + at))
        .find((error) => error !== undefined)
      index += points.length
      this.#waiting -= points.length
      done(first && new NodeError(first.code, first.message))
    }
    this.#press()
    this.#options.onState(undefined, this.#waiting)
  }

  #failed(error: unknown): void {
    const { code, message } = toStoreError(error)
    const { timers, onState } = this.#options
    const fullMs = Math.min(longestRetryMs, shortestRetryMs * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    this.#retry = timers.after(fullMs * (0.5 + Math.random() / 2), () => {
      this.#retry = undefined
      void this.#advance()
    })
    onState(new NodeError(code, message), this.#waiting)
  }

  #press(): void {
    const { bufferPoints, onPressure } = this.#options
    const limit = bufferPoints * (this.#isPressing ? lowPart : highPart)
    const isHigh = this.#waiting > limit
    if (isHigh === this.#isPressing) return
    this.#isPressing = isHigh
    onPressure(isHigh)
  }
}
