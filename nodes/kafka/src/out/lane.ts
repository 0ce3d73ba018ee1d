import type { NewRecord } from '../wire/record.ts'
import { writeBatch } from '../wire/write-batch.ts'
import type { Compression } from '../wire/write-batch.ts'
import type { KafkaError } from '../cluster/kafka-error.ts'
import type { AddressedRecord } from './addressed-record.ts'

/** A record on its way, and what is to be told of it. */
export interface Pending {
  readonly record: AddressedRecord
  /** Called once: when it was written, or with why it never will be. */
  readonly done: (error?: KafkaError) => void
}

/** A batch that was sent and not yet acknowledged. */
interface Flight {
  readonly pending: readonly Pending[]
  readonly firstSequence: number
  batch: Buffer | undefined
}

const sequences = 2 ** 31

/** What waits for one partition: written in order, one batch at a time. */
export class Lane {
  readonly topic: string
  readonly partition: number
  waiting: Pending[] = []
  waitingBytes = 0
  flight: Flight | undefined
  /** Not tried before then, after the broker refused. */
  restsUntil = 0
  failures = 0
  failingSince: number | undefined
  /** Most records in the next batch, after one was too large. */
  private recordsMax = Infinity
  private nextSequence = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  add(pending: Pending): void {
    this.waiting.push(pending)
    this.waitingBytes += pending.record.size
  }

  /** The batch to be sent: the one that was not acknowledged, or the next. */
  next(batchBytes: number): Flight {
    this.flight ??= this.takeOff(batchBytes)
    return this.flight
  }

  /** Its bytes; the same each time, so that the broker knows a repeated one. */
  bytesOf(
    flight: Flight,
    producer: { readonly producerId: bigint; readonly producerEpoch: number },
    compression: Compression,
  ): Buffer {
    const records: readonly NewRecord[] = flight.pending.map(({ record }) => record)
    const { firstSequence } = flight
    const numbered = { ...producer, firstSequence, isTransactional: false }
    flight.batch ??= writeBatch(records, numbered, compression)
    return flight.batch
  }

  /** The flight was written. Gives what was on it. */
  landed(): readonly Pending[] {
    const { flight } = this
    this.flight = undefined
    this.failures = 0
    this.failingSince = undefined
    this.recordsMax = Infinity
    if (flight === undefined) return []
    this.nextSequence = (flight.firstSequence + flight.pending.length) % sequences
    return flight.pending
  }

  /** The broker will not take the flight as it is: gives back its records that never will be taken. */
  refused(isRefused: (index: number) => boolean): readonly Pending[] {
    const { flight } = this
    this.flight = undefined
    if (flight === undefined) return []
    const refused = flight.pending.filter((_, index) => isRefused(index))
    const rest = flight.pending.filter((_, index) => !isRefused(index))
    this.putBack(rest)
    return refused
  }

  /** The flight was too large. Gives back the record that is so by itself. */
  tooLarge(): Pending | undefined {
    const { flight } = this
    this.flight = undefined
    if (flight === undefined) return undefined
    if (flight.pending.length === 1) return flight.pending[0]
    this.recordsMax = Math.ceil(flight.pending.length / 2)
    this.putBack(flight.pending)
    return undefined
  }

  /** There is a new producer: numbers begin again. */
  restart(): void {
    this.nextSequence = 0
    if (this.flight === undefined) return
    const { pending } = this.flight
    this.flight = { pending, firstSequence: 0, batch: undefined }
  }

  /** Everything that waits here, for good. */
  clear(): readonly Pending[] {
    const all = [...(this.flight?.pending ?? []), ...this.waiting]
    this.flight = undefined
    this.waiting = []
    this.waitingBytes = 0
    return all
  }

  private takeOff(batchBytes: number): Flight {
    let bytes = 0
    let count = 0
    for (const { record } of this.waiting) {
      if (count > 0 && (bytes + record.size > batchBytes || count >= this.recordsMax)) break
      bytes += record.size
      count += 1
    }
    const pending = count === this.waiting.length ? this.waiting : this.waiting.slice(0, count)
    this.waiting = count === this.waiting.length ? [] : this.waiting.slice(count)
    this.waitingBytes -= bytes
    return { pending, firstSequence: this.nextSequence, batch: undefined }
  }

  private putBack(pending: readonly Pending[]): void {
    this.waiting = [...pending, ...this.waiting]
    for (const { record } of pending) this.waitingBytes += record.size
  }
}
