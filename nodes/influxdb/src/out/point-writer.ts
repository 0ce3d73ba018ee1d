import { NodeError } from '@millrace/sdk'
import type { Clock, Timer, Timers } from '@millrace/sdk'
import type { Precision } from '@millrace/formats'
import type { InfluxServer } from '../server/influx-server.ts'
import type { WriteOutcome } from '../server/write-outcome.ts'
import { writeDelayMs } from './write-delay.ts'

/** A line on its way, and what is to be told of it. */
export interface Point {
  readonly line: string
  /** Called once: when it was written, or with why it was not. */
  readonly done: (error?: NodeError) => void
}

export interface WriterOptions {
  readonly server: Pick<InfluxServer, 'write'>
  readonly precision: Precision
  readonly batchPoints: number
  readonly batchBytes: number
  readonly batchAgeMs: number
  readonly bufferPoints: number
  /** 0 tries for ever. */
  readonly retryForMs: number
  readonly clock: Clock
  readonly timers: Timers
  readonly onPressure: (isHigh: boolean) => void
  /** A batch was written, or could not be for now. */
  readonly onState: (error: NodeError | undefined, waiting: number) => void
}

/**
 * Gathers points and writes them in batches, one at a time and in order, so that of two values for
 * one point the later one stays. What cannot be written now waits, bounded.
 */
export class PointWriter {
  private readonly options: WriterOptions
  private points: Point[] = []
  /** Of `points`, those being written. */
  private inFlight = 0
  private bytes = 0
  /** Of those, being written. */
  private bytesInFlight = 0
  private age: Timer | undefined
  private retry: Timer | undefined
  private failures = 0
  private failingSince = 0
  private isDue = false
  private isPressing = false
  private isClosed = false

  constructor(options: WriterOptions) {
    this.options = options
  }

  /** Throws when there is no room for it. */
  add(point: Point): void {
    const { batchPoints, batchBytes, batchAgeMs, bufferPoints, timers } = this.options
    if (this.points.length >= bufferPoints || this.bytes >= bufferBytesMax) throw bufferFull()
    this.points.push(point)
    this.bytes += point.line.length + 1
    this.press()
    const isFull = this.points.length - this.inFlight >= batchPoints
    if (isFull || this.bytes - this.bytesInFlight >= batchBytes) this.writeNow()
    else this.age ??= timers.after(batchAgeMs, () => this.writeNow())
  }

  /** Writes what is there, without waiting for more. */
  writeNow(): void {
    this.age?.cancel()
    this.age = undefined
    this.isDue = true
    void this.advance()
  }

  close(): void {
    this.isClosed = true
    this.age?.cancel()
    this.retry?.cancel()
    const error = new NodeError('INFLUXDB_CLOSED', 'The node was closed before it was written.')
    for (const point of this.points.splice(0)) point.done(error)
  }

  private async advance(): Promise<void> {
    while (this.isDue && this.inFlight === 0 && this.retry === undefined && !this.isClosed) {
      const batch = this.nextBatch()
      if (batch.length === 0) break
      this.setInFlight(batch)
      const failure = await this.write(batch)
      if (this.isClosed) return
      this.setInFlight([])
      if (failure === undefined) this.succeeded()
      else this.failed(failure)
    }
    if (this.points.length === 0) this.isDue = false
  }

  private setInFlight(batch: readonly Point[]): void {
    this.inFlight = batch.length
    this.bytesInFlight = batch.reduce((sum, { line }) => sum + line.length + 1, 0)
  }

  private nextBatch(): readonly Point[] {
    const { batchPoints, batchBytes } = this.options
    let count = 0
    let bytes = 0
    for (const { line } of this.points) {
      if (count > 0 && (count >= batchPoints || bytes + line.length > batchBytes)) break
      count += 1
      bytes += line.length + 1
    }
    return this.points.slice(0, count)
  }

  /**
   * Writes a batch, in parts where the server does not say which of its points it refuses. Gives
   * why the rest, which is then still among the points, could not be written now.
   */
  private async write(batch: readonly Point[]): Promise<Later | undefined> {
    const { server, precision } = this.options
    const outcome = await server.write(batch.map(({ line }) => line).join('\n'), precision)
    if (this.isClosed) return undefined
    switch (outcome.kind) {
      case 'written':
        this.finish(batch, () => undefined)
        return undefined
      case 'later':
        return outcome
      default:
        return this.divide(batch, outcome)
    }
  }

  private async divide(batch: readonly Point[], outcome: Refused): Promise<Later | undefined> {
    if ('lines' in outcome && outcome.lines !== undefined) {
      const numbers = lineNumbers(batch)
      const { lines } = outcome
      this.finish(batch, (index) => reasonOf(lines.get(numbers[index] ?? 0)))
      return undefined
    }
    if (batch.length === 1) {
      this.finish(batch, () => outcome.error)
      return undefined
    }
    // Writing the good ones once more changes nothing: they are the same points.
    const middle = batch.length >> 1
    return (await this.write(batch.slice(0, middle))) ?? (await this.write(batch.slice(middle)))
  }

  /** The first points are dealt with. */
  private finish(batch: readonly Point[], errorOf: (index: number) => NodeError | undefined): void {
    this.points.splice(0, batch.length)
    this.inFlight -= batch.length
    for (const [index, point] of batch.entries()) {
      this.bytes -= point.line.length + 1
      this.bytesInFlight -= point.line.length + 1
      point.done(errorOf(index))
    }
    this.press()
  }

  private succeeded(): void {
    const wasFailing = this.failures > 0
    this.failures = 0
    this.options.onState(undefined, this.points.length)
    // After an outage all that waits is due.
    if (!wasFailing && this.points.length < this.options.batchPoints) this.startAge()
  }

  /** What came while the last batch was written may wait for more. */
  private startAge(): void {
    if (this.bytes >= this.options.batchBytes || this.points.length === 0) return
    this.isDue = false
    this.age ??= this.options.timers.after(this.options.batchAgeMs, () => this.writeNow())
  }

  private failed({ error, afterMs }: Later): void {
    const { clock, timers, retryForMs, onState } = this.options
    if (this.failures === 0) this.failingSince = clock.monotonic()
    this.failures += 1
    onState(error, this.points.length)
    if (retryForMs > 0 && clock.monotonic() - this.failingSince >= retryForMs) {
      this.failures = 0
      this.giveUp(error)
      return
    }
    const delayMs = afterMs ?? writeDelayMs(this.failures, Math.random())
    this.retry = timers.after(delayMs, () => {
      this.retry = undefined
      this.writeNow()
    })
  }

  private giveUp(error: NodeError): void {
    const batch = this.nextBatch()
    this.setInFlight(batch)
    this.finish(batch, () => error)
  }

  private press(): void {
    const fill = Math.max(
      this.points.length / this.options.bufferPoints,
      this.bytes / bufferBytesMax,
    )
    const isHigh = fill > (this.isPressing ? lowFill : highFill)
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.options.onPressure(isHigh)
  }
}

type Later = Extract<WriteOutcome, { kind: 'later' }>
type Refused = Extract<WriteOutcome, { kind: 'refused' | 'too-long' }>

const highFill = 0.5
const lowFill = 0.25
const bufferBytesMax = 268_435_456

/** At which line each point begins: a text field may have line breaks in it. */
function lineNumbers(batch: readonly Point[]): readonly number[] {
  let next = 1
  return batch.map(({ line }) => {
    const number = next
    next += line.split('\n').length
    return number
  })
}

function reasonOf(reason: string | undefined): NodeError | undefined {
  if (reason === undefined) return undefined
  return new NodeError('INFLUXDB_REFUSED', `InfluxDB refused the point: ${reason.slice(0, 300)}`)
}

function bufferFull(): NodeError {
  return new NodeError('INFLUXDB_BUFFER_FULL', 'The buffer for points to InfluxDB is full.')
}
