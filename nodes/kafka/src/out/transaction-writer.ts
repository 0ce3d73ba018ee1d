import type { Clock, Timer, Timers } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { brokerError, connectionError, isPassing, KafkaError } from '../cluster/kafka-error.ts'
import { produceApi } from '../wire/produce-api.ts'
import type { NewRecord } from '../wire/record.ts'
import { writeBatch } from '../wire/write-batch.ts'
import type { Compression } from '../wire/write-batch.ts'
import type { AddressedRecord } from './addressed-record.ts'
import { KeptRecords } from './kept-records.ts'
import type { Consignment, Outbox } from './outbox.ts'
import type { Partitioner } from './partitioner.ts'
import { refusalOf } from './refusal.ts'
import { TransactionSession } from './transaction-session.ts'
import type { Note, PartitionName } from './transaction-session.ts'

export interface TransactionOptions {
  readonly cluster: KafkaCluster
  readonly outbox: Outbox
  readonly transactionalId: string
  /** Unlike that of any other life of this node. */
  readonly life: string
  readonly timeoutMs: number
  readonly partitioner: Partitioner
  readonly compression: Compression
  readonly batchBytes: number
  readonly clock: Clock
  readonly timers: Timers
  /** What is in the outbox was compared with what the broker has noted. */
  readonly onReady: (isStateUpToDate: boolean) => void
  /** Somebody else writes in this one's place, with a copy of its state. */
  readonly onIntruder: () => void
  /** The broker will never take this one. */
  readonly onRefused: (record: AddressedRecord, error: KafkaError) => void
  readonly onState: (error: KafkaError | undefined, waiting: number) => void
  /** The broker deleted what was only just written. */
  readonly onDeleted: (topic: string) => void
}

/** How long a topic may be missing before messages for it are given up. */
const topicWaitMs = 30_000
const requestTimeoutMs = 30_000
/** A node that closes waits so long for what is in the outbox; what is left goes in its next life. */
const closeWithinMs = 3_000
const quietFailures = 3
/** Requests that one broker is sent ahead of its answers; it keeps the order of no more than five. */
const aheadMax = 4

interface Lane extends PartitionName {
  readonly leader: number
  readonly batches: readonly (readonly AddressedRecord[])[]
}

/** Some of the records can never be written: without them it may go on. */
class Refused extends Error {
  readonly refused: ReadonlyMap<AddressedRecord, KafkaError>

  constructor(refused: ReadonlyMap<AddressedRecord, KafkaError>) {
    super('refused')
    this.refused = refused
  }
}

/**
 * Writes what the outbox has, in transactions, and notes with each how far it came. Whatever goes
 * wrong, the right to write is taken anew, which aborts what was begun; then what the broker has
 * noted tells whether the last transaction counts or has to be written again.
 */
export class TransactionWriter {
  private readonly options: TransactionOptions
  private readonly kept: KeptRecords
  private readonly links: BrokerLinks
  private session: TransactionSession | undefined
  private batchBytes: number
  private failures = 0
  private missingSince: number | undefined
  /** What was noted when this life began, or by another since; undefined before that is known. */
  private found: Note | undefined
  private isClosing = false
  private isClosed = false
  private wakeUp: (() => void) | undefined
  private readonly timers = new Set<Timer>()
  private ended: Promise<void> = Promise.resolve()

  constructor(options: TransactionOptions) {
    this.options = options
    this.kept = new KeptRecords(options.clock, options.onDeleted)
    this.batchBytes = options.batchBytes
    this.links = options.cluster.openLinks(requestTimeoutMs + 5_000)
  }

  start(): void {
    this.ended = this.run()
  }

  /** There may be something to write. */
  wake(): void {
    this.wakeUp?.()
  }

  async close(): Promise<void> {
    this.isClosing = true
    this.wake()
    if (!this.options.outbox.isEmpty) await Promise.race([this.ended, this.pause(closeWithinMs)])
    this.isClosed = true
    this.wake()
    for (const timer of this.timers) timer.cancel()
    await this.options.cluster.closeLinks(this.links)
  }

  private async run(): Promise<void> {
    const { outbox } = this.options
    while (!this.isClosed) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one transaction after the other
        this.session ??= await this.beginSession()
        if (this.isClosed) return
        const next = outbox.next()
        if (next === undefined) {
          if (this.isClosing) return
          // oxlint-disable-next-line no-await-in-loop
          await new Promise<void>((resolve) => (this.wakeUp = resolve))
          continue
        }
        // oxlint-disable-next-line no-await-in-loop
        await this.write(this.session, next)
        this.succeeded(next)
      } catch (error) {
        this.session = undefined
        // Another node is in the place of this one, or will be.
        if (this.isClosed || this.isClosing) return
        if (error instanceof Refused) this.refuse(error)
        // oxlint-disable-next-line no-await-in-loop
        else await this.failed(error)
      }
    }
  }

  private async beginSession(): Promise<TransactionSession> {
    const { cluster, transactionalId, life, timeoutMs } = this.options
    const session = await TransactionSession.begin({
      cluster,
      links: this.links,
      transactionalId,
      life,
      timeoutMs,
      pause: (delayMs) => this.pause(delayMs),
    })
    const noted = await session.noted()
    if (!this.isClosed) this.compare(noted)
    return session
  }

  /** What the broker has noted tells what of the outbox is written: of notes that are this node's own. */
  private compare(noted: Note): void {
    const { outbox, life, onReady, onIntruder } = this.options
    const { found } = this
    if (found === undefined) {
      onReady(outbox.agree(noted.number))
    } else if (noted.life === life || noted.number < 0) {
      outbox.agree(noted.number)
      return
    } else if (noted.number !== found.number || noted.life !== found.life) {
      outbox.renumber(noted.number)
      onIntruder()
    }
    this.found = noted
  }

  private succeeded({ number }: Consignment): void {
    const { outbox, batchBytes, onState } = this.options
    outbox.written(number)
    this.failures = 0
    this.missingSince = undefined
    this.batchBytes = batchBytes
    onState(undefined, outbox.count)
  }

  private refuse({ refused }: Refused): void {
    const { outbox, onRefused } = this.options
    outbox.drop(new Set(refused.keys()))
    for (const [record, error] of refused) onRefused(record, error)
  }

  private async failed(error: unknown): Promise<void> {
    const { cluster, outbox, onState } = this.options
    const failure =
      error instanceof KafkaError ? error : connectionError(error, { host: cluster.name, port: 0 })
    this.failures += 1
    for (const topic of new Set(outbox.next()?.records.map((record) => record.topic)))
      cluster.forgetTopic(topic)
    if (!isPassing(failure) || this.failures > quietFailures) onState(failure, outbox.count)
    await this.pause(backoffMs(this.failures, Math.random()))
  }

  private async write(
    session: TransactionSession,
    { number, records }: Consignment,
  ): Promise<void> {
    const lanes = await this.lanesOf(records)
    const [first] = lanes
    // All of it was refused.
    if (first === undefined) return
    await session.add(lanes)
    await Promise.all(
      [...Map.groupBy(lanes, ({ leader }) => leader)].map(([leader, led]) =>
        this.writeTo(leader, led, session),
      ),
    )
    await session.note(number, first)
    await session.commit()
  }

  /** Which records go where. */
  private async lanesOf(records: readonly AddressedRecord[]): Promise<readonly Lane[]> {
    const { partitioner } = this.options
    const leaders = await this.leadersOf(records)
    const byPartition = new Map<string, PartitionName & { readonly records: AddressedRecord[] }>()
    const refused = new Map<AddressedRecord, KafkaError>()
    for (const record of records) {
      const { topic } = record
      const count = leaders.get(topic)?.length ?? 0
      const partition = partitioner.choose(record, count)
      if (partition >= count) refused.set(record, noPartition(topic, partition, count))
      const name = `${topic}/${partition}`
      const lane = byPartition.get(name)
      if (lane === undefined) byPartition.set(name, { topic, partition, records: [record] })
      else lane.records.push(record)
    }
    if (refused.size > 0) throw new Refused(refused)
    return [...byPartition.values()].map(({ topic, partition, records: own }) => {
      const leader = leaders.get(topic)?.[partition] ?? -1
      if (this.options.cluster.broker(leader) === undefined)
        throw brokerError('LEADER_NOT_AVAILABLE')
      return { topic, partition, leader, batches: this.batched(own) }
    })
  }

  private async leadersOf(
    records: readonly AddressedRecord[],
  ): Promise<ReadonlyMap<string, readonly number[]>> {
    const { cluster, clock } = this.options
    const found = new Map<string, readonly number[]>()
    for (const name of new Set(records.map(({ topic }) => topic))) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- known most of the time
        const { leaders } = await cluster.topic(name)
        found.set(name, leaders)
      } catch (error) {
        if (!(error instanceof KafkaError) || !isMissing(error)) throw error
        this.missingSince ??= clock.monotonic()
        if (clock.monotonic() - this.missingSince < topicWaitMs) throw error
        const refused = records.filter(({ topic }) => topic === name)
        throw new Refused(new Map(refused.map((record) => [record, error])))
      }
    }
    return found
  }

  private batched(records: readonly AddressedRecord[]): readonly (readonly AddressedRecord[])[] {
    const batches: AddressedRecord[][] = []
    let bytes = Infinity
    for (const record of records) {
      if (bytes + record.size > this.batchBytes) {
        batches.push([])
        bytes = 0
      }
      batches.at(-1)?.push(record)
      bytes += record.size
    }
    return batches
  }

  private async writeTo(
    leader: number,
    lanes: readonly Lane[],
    session: TransactionSession,
  ): Promise<void> {
    const rounds = Math.max(...lanes.map(({ batches }) => batches.length))
    const ahead: Promise<void>[] = []
    for (let round = 0; round < rounds; round += 1) {
      const sent = this.writeRound(leader, { lanes, round }, session)
      // Whoever fails first ends all of it; the others are heard all the same.
      sent.catch(() => undefined)
      ahead.push(sent)
      // oxlint-disable-next-line no-await-in-loop -- no more than so many ahead
      if (ahead.length >= aheadMax) await ahead.shift()
    }
    await Promise.all(ahead)
  }

  private async writeRound(
    leader: number,
    { lanes, round }: { readonly lanes: readonly Lane[]; readonly round: number },
    session: TransactionSession,
  ): Promise<void> {
    const { cluster, compression, transactionalId } = this.options
    const place = cluster.broker(leader)
    if (place === undefined) throw brokerError('LEADER_NOT_AVAILABLE')
    const sent = lanes.flatMap((lane) => {
      const records: readonly NewRecord[] | undefined = lane.batches[round]
      if (records === undefined) return []
      const firstSequence = session.takeSequence(lane, records.length)
      const producer = { ...session.producer, firstSequence, isTransactional: true }
      const { topic, partition } = lane
      return [{ topic, partition, batch: writeBatch(records, producer, compression) }]
    })
    const options = { transactionalId, timeoutMs: requestTimeoutMs }
    const answers = await this.links.ask(place, produceApi, options, sent)
    for (const answer of answers) {
      const { topic, partition, errorCode, message, refused } = answer
      const refusal = refusalOf(errorCode, topic, message)
      const lane = lanes.find((one) => one.topic === topic && one.partition === partition)
      const batch = lane?.batches[round] ?? []
      if (refusal === undefined) {
        this.kept.wrote(answer, batch.at(-1)?.timestamp)
        continue
      }
      if (refusal.kind === 'smaller') throw this.tooLarge(batch, refusal.error)
      if (refusal.kind === 'never') {
        const indexes = new Set(refused.map(({ index }) => index))
        const never = batch.filter((_, index) => indexes.size === 0 || indexes.has(index))
        throw new Refused(new Map(never.map((record) => [record, refusal.error])))
      }
      throw refusal.error
    }
  }

  private tooLarge(batch: readonly AddressedRecord[], error: KafkaError): Error {
    const [first] = batch
    if (batch.length === 1 && first !== undefined) return new Refused(new Map([[first, error]]))
    this.batchBytes = Math.max(1, Math.floor(this.batchBytes / 2))
    // With smaller batches; nothing is refused.
    return new Refused(new Map())
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.timers.after(delayMs, () => {
        this.timers.delete(timer)
        resolve()
      })
      this.timers.add(timer)
    })
  }
}

function isMissing({ reason }: KafkaError): boolean {
  return reason === 'UNKNOWN_TOPIC_OR_PARTITION' || reason === 'INVALID_TOPIC_EXCEPTION'
}

function noPartition(topic: string, partition: number, count: number): KafkaError {
  const text = `Topic "${topic}" has ${count} partitions, numbered from 0: there is no ${partition}.`
  return new KafkaError('KAFKA_BAD_PARTITION', text)
}
