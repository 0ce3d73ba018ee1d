import type { Timer, Timers } from '@millrace/sdk'
import type { Precision } from '../line-protocol/encode-line.ts'
import type { InfluxServer } from './influx-server.ts'
import type { WriteAnswer } from './write-answer.ts'

/** A line on its way, with what to tell whoever gave it. */
export interface Point {
  readonly line: string
  /** Called once: written, or with the reason why it never will be. */
  readonly settle: (refusal?: string) => void
}

export interface WriterOptions {
  readonly server: Pick<InfluxServer, 'write'>
  readonly precision: Precision
  readonly batchPoints: number
  readonly batchBytes: number
  readonly batchAgeMs: number
  readonly bufferPoints: number
  /** How long a batch is tried again; 0 for ever. */
  readonly retryForMs: number
  readonly timers: Timers
  /** Milliseconds from an arbitrary start. */
  readonly now: () => number
  readonly random: () => number
  /** After every change: points waiting, and why they wait when that is not as it should be. */
  readonly onChange: (state: WriterState) => void
}

export interface WriterState {
  readonly waiting: number
  readonly written: number
  /** Why the last write did not succeed; undefined once one did. */
  readonly trouble: string | undefined
}

const firstWaitMs = 500
const longestWaitMs = 30_000

/**
 * Gathers points into batches and writes one batch after the other, so that their order stays.
 * A batch that the server does not take now is tried again; one with bad points is taken apart.
 */
export class PointWriter {
  private readonly options: WriterOptions
  /** Not yet taken into a batch; the oldest first, from `head` on. */
  private points: Point[] = []
  private head = 0
  private bytes = 0
  private inFlight = 0
  private written = 0
  private trouble: string | undefined
  private ageTimer: Timer | undefined
  private wakeUp: (() => void) | undefined
  private isWriting = false
  private isClosed = false
  private isHurrying = false

  constructor(options: WriterOptions) {
    this.options = options
  }

  get waiting(): number {
    return this.points.length - this.head + this.inFlight
  }

  get isFull(): boolean {
    return this.waiting >= this.options.bufferPoints
  }

  /** The caller has looked at `isFull`. */
  add(point: Point): void {
    this.points.push(point)
    this.bytes += point.line.length
    if (this.isBatchFull()) this.write()
    else if (this.ageTimer === undefined && !this.isWriting) this.startAge()
  }

  /** Writes what is there without waiting for a full batch. */
  flush(): void {
    this.isHurrying = true
    this.write()
  }

  /** Gives up what is not written. */
  close(): void {
    this.isClosed = true
    this.ageTimer?.cancel()
    this.wakeUp?.()
    const left = this.points.slice(this.head)
    this.points = []
    this.head = 0
    for (const point of left) point.settle('The flow was stopped before this point was written.')
  }

  private isBatchFull(): boolean {
    const { batchPoints, batchBytes } = this.options
    return this.points.length - this.head >= batchPoints || this.bytes >= batchBytes
  }

  private startAge(): void {
    this.ageTimer = this.options.timers.after(this.options.batchAgeMs, () => {
      this.ageTimer = undefined
      this.isHurrying = true
      this.write()
    })
  }

  private write(): void {
    if (this.isWriting || this.isClosed) return
    this.isWriting = true
    this.ageTimer?.cancel()
    this.ageTimer = undefined
    // The loop catches what servers do; anything else is ours and ends the node by its own throw.
    void this.writeAll().finally(() => {
      this.isWriting = false
      if (this.points.length > this.head && !this.isClosed) this.startAge()
    })
  }

  private async writeAll(): Promise<void> {
    while (!this.isClosed && this.points.length > this.head) {
      if (!this.isBatchFull() && !this.isHurrying) return
      const batch = this.takeBatch()
      if (this.points.length === this.head) this.isHurrying = false
      this.inFlight = batch.length
      await this.writeBatch(batch)
      this.inFlight = 0
      this.tell()
    }
  }

  private takeBatch(): readonly Point[] {
    const { batchPoints, batchBytes } = this.options
    const from = this.head
    let size = 0
    while (this.head < this.points.length && this.head - from < batchPoints) {
      const length = this.points[this.head]?.line.length ?? 0
      if (size > 0 && size + length > batchBytes) break
      size += length
      this.head += 1
    }
    this.bytes -= size
    const batch = this.points.slice(from, this.head)
    if (this.head === this.points.length || this.head > 10_000) {
      this.points = this.points.slice(this.head)
      this.head = 0
    }
    return batch
  }

  private async writeBatch(batch: readonly Point[]): Promise<void> {
    const started = this.options.now()
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.options.server.write(textOf(batch), this.options.precision)
      if (answer.outcome !== 'later') {
        this.trouble = undefined
        await this.settle(batch, answer)
        return
      }
      this.trouble = answer.reason
      this.tell()
      const { retryForMs, now } = this.options
      if (this.isClosed || (retryForMs > 0 && now() - started >= retryForMs)) {
        for (const point of batch) point.settle(answer.reason)
        return
      }
      await this.wait(answer.afterMs ?? this.backoffMs(attempt))
    }
  }

  private async settle(
    batch: readonly Point[],
    answer: Exclude<WriteAnswer, { outcome: 'later' }>,
  ): Promise<void> {
    if (answer.outcome === 'written') {
      this.written += batch.length
      for (const point of batch) point.settle()
      return
    }
    if (
      answer.outcome === 'refused' &&
      answer.lines !== undefined &&
      answer.isRestWritten === true
    ) {
      batch.forEach((point, index) => point.settle(answer.lines?.get(index)))
      this.written += batch.length - answer.lines.size
      return
    }
    const [only] = batch
    if (batch.length === 1 && only !== undefined) {
      only.settle(
        answer.outcome === 'refused' ? answer.reason : 'The point is too long for the server.',
      )
      return
    }
    // Writing a point twice is the same as once, so the halves may contain written ones.
    const middle = Math.ceil(batch.length / 2)
    await this.writeBatch(batch.slice(0, middle))
    await this.writeBatch(batch.slice(middle))
  }

  private backoffMs(attempt: number): number {
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempt, 16))
    return wait * (0.8 + 0.4 * this.options.random())
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.timers.after(ms, () => this.wakeUp?.())
      this.wakeUp = () => {
        timer.cancel()
        this.wakeUp = undefined
        resolve()
      }
    })
  }

  private tell(): void {
    const { waiting, written, trouble } = this
    this.options.onChange({ waiting, written, trouble })
  }
}

function textOf(batch: readonly Point[]): string {
  return batch.map(({ line }) => line).join('\n')
}
