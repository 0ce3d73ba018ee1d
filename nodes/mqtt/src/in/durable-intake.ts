import type { Intake } from '@millrace/sdk'
import { InboundBatch } from '../link/inbound-batch.ts'
import type { Arrival } from '../link/inbound-batch.ts'
import { decodeRecord, encodeRecord, fingerprintOf, sessionOf } from './intake-record.ts'
import { KnownMessages } from './known-messages.ts'

type Settled = (error?: unknown) => void

/**
 * Half of all packet ids. Brokers do send more ahead than they were told to; Mosquitto sends all
 * that waits when a client comes back. But most give their ids in turn: one that comes round again
 * has to be unknown by then, or a message that never arrived would be taken for the one before.
 */
const knownMax = 32_767
/** No more is looked through at the start. */
const recalledBytesMax = 64 * 2 ** 20

/**
 * Takes batches in by way of the ingest log, so that they are acknowledged once they are on disk.
 * A message that the broker repeats, because it did not hear that we have it, is acknowledged again
 * and not taken twice, also when it was taken before a crash.
 */
export class DurableIntake {
  private readonly intake: Intake
  private readonly emit: (arrival: Arrival) => void
  private readonly known = new KnownMessages(knownMax)
  private session = 1
  private taken = 0
  private safe = 0
  /** Batches of nothing but repeated messages, of which some are not on disk yet. */
  private waiting: { readonly after: number; readonly settled: Settled }[] = []

  /** To be made as the source starts. */
  constructor(intake: Intake, emit: (arrival: Arrival) => void) {
    this.intake = intake
    this.emit = emit
    this.recallNewest()
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

  /** As many records as hold enough messages, which is found out by trying. */
  private recallNewest(): void {
    for (let limit = 64, isEnough = false; !isEnough; limit *= 4) {
      let [records, bytes] = [0, 0]
      this.known.clear()
      this.intake.recall(limit, (record) => {
        records += 1
        bytes += record.length
        this.recall(record)
      })
      isEnough = records < limit || bytes >= recalledBytesMax || this.known.size >= knownMax
    }
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
