import { NodeError } from '@millrace/sdk'
import type { Clock, Timer, Timers } from '@millrace/sdk'
import { retryWaitMs } from '../call/retry-wait.ts'
import type { SendOutcome } from './outcome.ts'

/** One thing on its way, and what is to be told of it. */
export interface Item<Content> {
  readonly content: Content
  /** About how long it is when it is sent. */
  readonly bytes: number
  /** Called once: when it was sent, or with why it was not. */
  readonly done: (error?: NodeError) => void
}

export interface BatchLimits {
  /** A batch is sent when it has so many items or bytes, or its first item waited so long. */
  readonly batchItems: number
  readonly batchBytes: number
  readonly batchAgeMs: number
  readonly bufferItems: number
  readonly bufferBytes: number
  /** Then what could not be sent is given up; 0 tries for ever. */
  readonly retryForMs: number
}

export interface BatchSenderOptions<Content> extends BatchLimits {
  /** Never rejects. Of a batch that is refused, parts are sent again to find what is wrong. */
  readonly send: (batch: readonly Content[]) => Promise<SendOutcome>
  readonly clock: Clock
  readonly timers: Timers
  readonly onPressure: (isHigh: boolean) => void
  /** A batch was sent, or could not be for now. */
  readonly onState: (error: NodeError | undefined, waiting: number) => void
}

/**
 * Gathers items and sends them in batches, one at a time and in order. What cannot be sent now
 * waits, bounded.
 */
export class BatchSender<Content> {
  private readonly options: BatchSenderOptions<Content>
  private items: Item<Content>[] = []
  /** Of `items`, those being sent. */
  private inFlight = 0
  private bytes = 0
  private bytesInFlight = 0
  private age: Timer | undefined
  private retry: Timer | undefined
  private failures = 0
  private failingSince = 0
  /** Of `items`, those that wait for no more. */
  private due = 0
  private isPressing = false
  private isClosed = false

  constructor(options: BatchSenderOptions<Content>) {
    this.options = options
  }

  /** Throws `WEB_BUFFER_FULL` when there is no room for it. */
  add(item: Item<Content>): void {
    const { batchItems, batchBytes, batchAgeMs, bufferItems, bufferBytes, timers } = this.options
    if (this.items.length >= bufferItems || this.bytes >= bufferBytes) throw bufferFull()
    this.items.push(item)
    this.bytes += item.bytes
    this.press()
    const isFull = this.items.length - this.inFlight >= batchItems
    if (isFull || this.bytes - this.bytesInFlight >= batchBytes) this.sendNow()
    else this.age ??= timers.after(batchAgeMs, () => this.sendNow())
  }

  /** Sends what is there, without waiting for more. */
  sendNow(): void {
    this.age?.cancel()
    this.age = undefined
    this.due = this.items.length
    void this.advance()
  }

  /** What was not sent is told `WEB_CLOSED`. */
  close(): void {
    this.isClosed = true
    this.age?.cancel()
    this.retry?.cancel()
    const error = new NodeError('WEB_CLOSED', 'The node was closed before it was sent.')
    for (const item of this.items.splice(0)) item.done(error)
  }

  private async advance(): Promise<void> {
    while (this.due > 0 && this.inFlight === 0 && this.retry === undefined && !this.isClosed) {
      const batch = this.nextBatch()
      if (batch.length === 0) break
      this.setInFlight(batch)
      const failure = await this.send(batch)
      if (this.isClosed) return
      this.setInFlight([])
      if (failure === undefined) this.succeeded()
      else this.failed(failure)
    }
  }

  private setInFlight(batch: readonly Item<Content>[]): void {
    this.inFlight = batch.length
    this.bytesInFlight = batch.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  private nextBatch(): readonly Item<Content>[] {
    const { batchItems, batchBytes } = this.options
    let count = 0
    let bytes = 0
    for (const item of this.items) {
      if (count > 0 && (count >= batchItems || bytes + item.bytes > batchBytes)) break
      count += 1
      bytes += item.bytes
    }
    return this.items.slice(0, count)
  }

  /** Gives why the rest of the batch, which is then still among the items, could not be sent now. */
  private async send(batch: readonly Item<Content>[]): Promise<Later | undefined> {
    const outcome = await this.options.send(batch.map(({ content }) => content))
    if (this.isClosed) return undefined
    switch (outcome.kind) {
      case 'sent':
        this.finish(batch, () => undefined)
        return undefined
      case 'later':
        return outcome
      default:
        return this.divide(batch, outcome)
    }
  }

  private async divide(
    batch: readonly Item<Content>[],
    outcome: Refused,
  ): Promise<Later | undefined> {
    const named = 'items' in outcome ? outcome.items : undefined
    if (named !== undefined || batch.length === 1) {
      this.finish(batch, (at) => (named === undefined ? outcome.error : named.get(at)))
      return undefined
    }
    const middle = batch.length >> 1
    return (await this.send(batch.slice(0, middle))) ?? (await this.send(batch.slice(middle)))
  }

  /** The first items are dealt with. */
  private finish(
    batch: readonly Item<Content>[],
    errorOf: (at: number) => NodeError | undefined,
  ): void {
    if (this.isClosed) return
    this.items.splice(0, batch.length)
    this.inFlight -= batch.length
    this.due = Math.max(0, this.due - batch.length)
    for (const [at, item] of batch.entries()) {
      this.bytes -= item.bytes
      this.bytesInFlight -= item.bytes
      item.done(errorOf(at))
    }
    this.press()
  }

  private succeeded(): void {
    const wasFailing = this.failures > 0
    this.failures = 0
    this.options.onState(undefined, this.items.length)
    // After an outage all that waits is due.
    if (wasFailing || this.items.length >= this.options.batchItems) this.due = this.items.length
    else if (this.due === 0) this.startAge()
  }

  /** What came while the last batch was sent may wait for more. */
  private startAge(): void {
    if (this.items.length === 0) return
    if (this.bytes >= this.options.batchBytes) this.due = this.items.length
    else this.age ??= this.options.timers.after(this.options.batchAgeMs, () => this.sendNow())
  }

  private failed({ error, afterMs }: Later): void {
    const { clock, timers, retryForMs, onState } = this.options
    if (this.failures === 0) this.failingSince = clock.monotonic()
    this.failures += 1
    onState(error, this.items.length)
    if (retryForMs > 0 && clock.monotonic() - this.failingSince >= retryForMs) {
      this.failures = 0
      const batch = this.nextBatch()
      this.setInFlight(batch)
      this.finish(batch, () => error)
      return
    }
    const delayMs = afterMs ?? retryWaitMs(this.failures, Math.random())
    this.retry = timers.after(delayMs, () => {
      this.retry = undefined
      this.sendNow()
    })
  }

  private press(): void {
    const { bufferItems, bufferBytes, onPressure } = this.options
    const fill = Math.max(this.items.length / bufferItems, this.bytes / bufferBytes)
    const isHigh = fill > (this.isPressing ? lowFill : highFill)
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    onPressure(isHigh)
  }
}

type Later = Extract<SendOutcome, { kind: 'later' }>
type Refused = Extract<SendOutcome, { kind: 'refused' | 'too-long' }>

const highFill = 0.5
const lowFill = 0.25

function bufferFull(): NodeError {
  return new NodeError('WEB_BUFFER_FULL', 'The buffer of the node is full: the server is behind.')
}
