import type { Intake } from '@millrace/sdk'
import { InboundBatch } from '../link/inbound-batch.ts'
import type { Arrival } from '../link/inbound-batch.ts'
import { decodeRecord, encodeRecord, fingerprintOf, sessionOf } from './intake-record.ts'
import { KnownMessages } from './known-messages.ts'

export interface DurableIntakeOptions {
  readonly intake: Intake
  /** As many messages as the broker sends ahead of their acknowledgement. */
  readonly receiveMax: number
  readonly emit: (arrival: Arrival) => void
}

type Settled = (error?: unknown) => void

/**
 * Takes batches in by way of the ingest log, so that they are acknowledged once they are on disk.
 * A message that the broker repeats, because it did not hear that we have it, is acknowledged again
 * and not taken twice, also when it was taken before a crash.
 */
export class DurableIntake {
  private readonly intake: Intake
  private readonly emit: (arrival: Arrival) => void
  private readonly known: KnownMessages
  private session = 1
  private taken = 0
  private safe = 0
  /** Batches of nothing but repeated messages, of which some are not on disk yet. */
  private waiting: { readonly after: number; readonly settled: Settled }[] = []

  /** To be made as the source starts. */
  constructor({ intake, receiveMax, emit }: DurableIntakeOptions) {
    this.intake = intake
    this.emit = emit
    this.known = new KnownMessages(receiveMax)
    intake.recall(receiveMax, (record) => this.recall(record))
    intake.onReplay((record) => decodeRecord(record, emit))
  }

  take(batch: InboundBatch, settled: Settled): void {
    const news = this.newsOf(batch)
    if (news.count === 0) {
      if (this.safe === this.taken) settled()
      else this.waiting.push({ after: this.taken, settled })
      return
    }
    const record = encodeRecord(this.session, news, (id, fingerprint) => {
      this.known.add(id, fingerprint)
    })
    this.taken += 1
    const run = (): void => {
      // Filled up to `count`.
      for (let index = 0; index < news.count; index += 1) this.emit(news.arrivals[index] as Arrival)
    }
    this.intake.take(record, run, (error) => {
      settled(error)
      this.safe += 1
      if (this.waiting.length > 0) this.tellWaiting()
    })
  }

  /** The broker has forgotten the session, and gives its packet ids to other messages. */
  onNewSession(): void {
    this.session += 1
    this.known.clear()
  }

  private newsOf(batch: InboundBatch): InboundBatch {
    const { arrivals, count } = batch
    const known = (arrival: Arrival): boolean =>
      arrival.isRepeated && this.known.has(arrival.packetId, fingerprintOf(arrival))
    // Most of the time nothing is repeated.
    let isAllNews = true
    for (let index = 0; index < count && isAllNews; index += 1) {
      isAllNews = !known(arrivals[index] as Arrival)
    }
    if (isAllNews) return batch
    const news = new InboundBatch()
    for (const arrival of arrivals.slice(0, count)) if (!known(arrival)) news.add(arrival)
    return news
  }

  private recall(record: Uint8Array): void {
    const session = sessionOf(record)
    if (session !== this.session) this.known.clear()
    this.session = session
    decodeRecord(record, ({ packetId }, fingerprint) => {
      if (packetId > 0) this.known.add(packetId, fingerprint)
    })
  }

  private tellWaiting(): void {
    const due = this.waiting.filter(({ after }) => after <= this.safe)
    this.waiting = this.waiting.slice(due.length)
    for (const { settled } of due) settled()
  }
}
