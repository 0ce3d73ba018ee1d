import { initProducerIdV3 } from '@platformatic/kafka'
import type { Clock, Timer, Timers } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { brokerError, connectionError, isPassing, KafkaError } from '../cluster/kafka-error.ts'
import { produceApi } from '../wire/produce-api.ts'
import type { ProducedPartition } from '../wire/produce-api.ts'
import type { Compression } from '../wire/write-batch.ts'
import type { AddressedRecord } from './addressed-record.ts'
import { KeptRecords } from './kept-records.ts'
import { Lane } from './lane.ts'
import type { Pending } from './lane.ts'
import type { Partitioner } from './partitioner.ts'
import { refusalOf } from './refusal.ts'

export interface WriterOptions {
  readonly cluster: KafkaCluster
  readonly partitioner: Partitioner
  readonly compression: Compression
  readonly batchBytes: number
  readonly batchAgeMs: number
  readonly bufferBytes: number
  /** 0 tries for ever. */
  readonly retryForMs: number
  readonly clock: Clock
  readonly timers: Timers
  readonly onPressure: (isHigh: boolean) => void
  /** Something was written, or could not be for now. */
  readonly onState: (error: KafkaError | undefined, waiting: number) => void
  /** The broker deleted what was only just written. */
  readonly onDeleted: (topic: string) => void
}

/** How long a topic may be missing before messages for it are given up. */
const topicWaitMs = 30_000
const requestTimeoutMs = 30_000
const highFill = 0.5
const lowFill = 0.25

interface Producer {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/**
 * Gathers records and writes them in batches, to each broker one request at a time and to each
 * partition in order. The broker knows batches that are sent again and takes them once.
 */
export class BatchWriter {
  private readonly options: WriterOptions
  private readonly kept: KeptRecords
  private readonly links: BrokerLinks
  private readonly lanes = new Map<string, Lane>()
  /** Records for topics of which the partitions are not known yet. */
  private readonly unplaced = new Map<string, { readonly since: number; all: Pending[] }>()
  private readonly busy = new Set<number>()
  private readonly timers = new Set<Timer>()
  private producer: Producer | undefined
  private isIdentifying = false
  private age: Timer | undefined
  private isDue = false
  private bytes = 0
  private count = 0
  private isPressing = false
  private failures = 0
  private isClosed = false

  constructor(options: WriterOptions) {
    this.options = options
    this.kept = new KeptRecords(options.clock, options.onDeleted)
    this.links = options.cluster.openLinks(requestTimeoutMs + 5_000)
  }

  /** Throws when there is no room for it. */
  add(record: AddressedRecord, done: (error?: KafkaError) => void): void {
    const { bufferBytes, cluster } = this.options
    if (this.bytes + record.size > bufferBytes && this.count > 0) throw bufferFull()
    this.bytes += record.size
    this.count += 1
    const pending = { record, done }
    const leaders = cluster.known(record.topic)?.leaders
    if (leaders === undefined || this.unplaced.has(record.topic)) this.waitForTopic(pending)
    else this.place(pending, leaders.length)
    this.press()
  }

  /** Writes what is there, without waiting for more. */
  writeNow(): void {
    this.age?.cancel()
    this.age = undefined
    this.isDue = true
    this.advance()
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.age?.cancel()
    for (const timer of this.timers) timer.cancel()
    const left = [...this.lanes.values()].flatMap((lane) => lane.clear())
    for (const { all } of this.unplaced.values()) left.push(...all)
    this.unplaced.clear()
    for (const { done } of left) done(closed())
    await this.options.cluster.closeLinks(this.links)
  }

  private place(pending: Pending, partitions: number): void {
    const { record } = pending
    const { topic } = record
    const partition = this.options.partitioner.choose(record, partitions)
    if (partition >= partitions) return this.finish(pending, noPartition(record, partitions))
    const name = `${topic}/${partition}`
    let lane = this.lanes.get(name)
    if (lane === undefined) {
      lane = new Lane(topic, partition)
      this.lanes.set(name, lane)
    }
    lane.add(pending)
    if (lane.waitingBytes >= this.options.batchBytes) this.advance()
    else if (!this.isDue) this.age ??= this.after(this.options.batchAgeMs, () => this.writeNow())
  }

  private waitForTopic(pending: Pending): void {
    const { topic } = pending.record
    const waiting = this.unplaced.get(topic)
    if (waiting !== undefined) {
      waiting.all.push(pending)
      return
    }
    this.unplaced.set(topic, { since: this.options.clock.monotonic(), all: [pending] })
    void this.findTopic(topic)
  }

  /** Asks for the partitions of a topic until they are known, or it is missing for too long. */
  private async findTopic(topic: string): Promise<void> {
    const { cluster, clock } = this.options
    for (let failures = 0; !this.isClosed;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until it is known
        const { leaders } = await cluster.topic(topic)
        if (this.isClosed) return
        const all = this.takeUnplaced(topic)
        for (const pending of all) this.place(pending, leaders.length)
        this.writeNow()
        return
      } catch (error) {
        if (this.isClosed) return
        failures += 1
        const failure = this.asError(error)
        const since = this.unplaced.get(topic)?.since ?? 0
        const isMissing = failure.reason !== undefined && !isPassing(failure)
        if (isMissing && clock.monotonic() - since >= topicWaitMs) {
          for (const pending of this.takeUnplaced(topic)) this.finish(pending, failure)
          this.press()
          return
        }
        this.report(failure, failures)
        // oxlint-disable-next-line no-await-in-loop
        await this.pause(backoffMs(failures, Math.random()))
      }
    }
  }

  private takeUnplaced(topic: string): readonly Pending[] {
    const all = this.unplaced.get(topic)?.all ?? []
    this.unplaced.delete(topic)
    return all
  }

  /** Sends what is ready, to every broker that is not busy. */
  private advance(): void {
    if (this.isClosed) return
    if (this.producer === undefined) {
      void this.identify()
      return
    }
    const now = this.options.clock.monotonic()
    const byLeader = new Map<number, Lane[]>()
    let isHeldUp = false
    for (const lane of this.lanes.values()) {
      if (!this.isReady(lane) || lane.restsUntil > now) continue
      const leader = this.leaderOf(lane)
      if (leader === undefined) this.rest([lane], brokerError('LEADER_NOT_AVAILABLE'))
      else if (this.busy.has(leader)) isHeldUp = true
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), lane])
    }
    this.isDue = this.isDue && isHeldUp
    for (const [leader, lanes] of byLeader) void this.sendTo(leader, lanes)
  }

  private isReady({ flight, waiting, waitingBytes }: Lane): boolean {
    if (flight !== undefined) return true
    return waiting.length > 0 && (this.isDue || waitingBytes >= this.options.batchBytes)
  }

  private leaderOf({ topic, partition }: Lane): number | undefined {
    const { cluster } = this.options
    const leader = cluster.known(topic)?.leaders[partition]
    return leader !== undefined && cluster.broker(leader) !== undefined ? leader : undefined
  }

  /** Numbers by which the broker knows batches that it has taken already. */
  private async identify(): Promise<void> {
    if (this.isIdentifying) return
    this.isIdentifying = true
    try {
      // Without numbers of its own: with others the broker takes it for one that it should know.
      const given = await this.options.cluster.askAny(initProducerIdV3.api, null, 60_000, -1n, -1)
      if (given.errorCode !== 0) throw brokerError(given.errorCode)
      const { producerId, producerEpoch } = given
      this.producer = { producerId, producerEpoch }
      for (const lane of this.lanes.values()) lane.restart()
      this.failures = 0
    } catch (error) {
      if (this.isClosed) return
      this.failures += 1
      this.report(this.asError(error), this.failures)
      await this.pause(backoffMs(this.failures, Math.random()))
    } finally {
      this.isIdentifying = false
    }
    this.advance()
  }

  private async sendTo(leader: number, lanes: readonly Lane[]): Promise<void> {
    const { cluster, batchBytes, compression } = this.options
    const { producer } = this
    const place = cluster.broker(leader)
    if (place === undefined || producer === undefined) return
    this.busy.add(leader)
    try {
      const batches = lanes.map((lane) => {
        const { topic, partition } = lane
        return {
          topic,
          partition,
          batch: lane.bytesOf(lane.next(batchBytes), producer, compression),
        }
      })
      const options = { transactionalId: null, timeoutMs: requestTimeoutMs }
      const answers = await this.links.ask(place, produceApi, options, batches)
      if (this.isClosed) return
      for (const answer of answers) this.settle(answer, producer)
    } catch (error) {
      if (this.isClosed) return
      this.rest(lanes, this.asError(error))
    } finally {
      this.busy.delete(leader)
    }
    // What came meanwhile has waited long enough.
    this.isDue = true
    this.press()
    this.advance()
  }

  private settle(answer: ProducedPartition, producer: Producer): void {
    const { topic, partition, errorCode, refused, message } = answer
    const lane = this.lanes.get(`${topic}/${partition}`)
    if (lane === undefined) return
    const refusal = refusalOf(errorCode, topic, message)
    if (refusal === undefined) {
      const landed = lane.landed()
      this.kept.wrote(answer, landed.at(-1)?.record.timestamp)
      for (const pending of landed) this.finish(pending)
      this.options.onState(undefined, this.count)
      return
    }
    switch (refusal.kind) {
      case 'smaller': {
        const alone = lane.tooLarge()
        if (alone !== undefined) this.finish(alone, refusal.error)
        return
      }
      case 'never': {
        const indexes = new Set(refused.map(({ index }) => index))
        const isRefused = (index: number): boolean => indexes.size === 0 || indexes.has(index)
        for (const pending of lane.refused(isRefused)) this.finish(pending, refusal.error)
        return
      }
      case 'new producer':
        if (this.producer === producer) this.producer = undefined
        this.rest([lane], refusal.error)
        return
      default:
        this.rest([lane], refusal.error)
    }
  }

  /** Tried again a little later, or given up. */
  private rest(lanes: readonly Lane[], error: KafkaError): void {
    const { clock, cluster, retryForMs } = this.options
    const now = clock.monotonic()
    for (const lane of lanes) {
      cluster.forgetTopic(lane.topic)
      lane.failures += 1
      lane.failingSince ??= now
      const forMs = now - lane.failingSince
      const isMissing = error.reason === 'UNKNOWN_TOPIC_OR_PARTITION' && forMs >= topicWaitMs
      if (isMissing || (retryForMs > 0 && forMs >= retryForMs)) {
        for (const pending of lane.clear()) this.finish(pending, error)
        // Numbers of batches that may have been written are not used for others.
        this.producer = undefined
        this.lanes.delete(`${lane.topic}/${lane.partition}`)
        continue
      }
      lane.restsUntil = now + backoffMs(lane.failures, Math.random())
    }
    const failures = Math.max(...lanes.map((lane) => lane.failures))
    this.report(error, failures)
    const until = Math.min(...lanes.map(({ restsUntil }) => restsUntil))
    this.after(Math.max(0, until - now) + 1, () => void this.lookAgain(lanes))
  }

  /** A change of leader is not worth a word, unless it lasts. */
  private report(error: KafkaError, failures: number): void {
    if (!isPassing(error) || failures > quietFailures) this.options.onState(error, this.count)
  }

  private async lookAgain(lanes: readonly Lane[]): Promise<void> {
    const names = [...new Set(lanes.map(({ topic }) => topic))]
    try {
      await this.options.cluster.refresh(names)
    } catch (error) {
      if (!this.isClosed) this.rest(lanes, this.asError(error))
      return
    }
    if (this.isClosed) return
    this.isDue = true
    for (const lane of lanes) lane.restsUntil = 0
    const missing = lanes.filter((lane) => this.lanes.has(nameOf(lane)) && this.isMissing(lane))
    if (missing.length > 0)
      this.rest(missing, refusalOf(3, missing[0]?.topic ?? '', null)?.error ?? closed())
    this.advance()
  }

  private isMissing({ topic }: Lane): boolean {
    return this.options.cluster.known(topic) === undefined
  }

  private finish({ record, done }: Pending, error?: KafkaError): void {
    this.bytes -= record.size
    this.count -= 1
    done(error)
  }

  private press(): void {
    const fill = this.bytes / this.options.bufferBytes
    const isHigh = fill > (this.isPressing ? lowFill : highFill)
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.options.onPressure(isHigh)
  }

  private after(delayMs: number, run: () => void): Timer {
    const timer = this.options.timers.after(delayMs, () => {
      this.timers.delete(timer)
      run()
    })
    this.timers.add(timer)
    return timer
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve))
  }

  private asError(error: unknown): KafkaError {
    if (error instanceof KafkaError) return error
    return connectionError(error, { host: this.options.cluster.name, port: 0 })
  }
}

const quietFailures = 3
const nameOf = ({ topic, partition }: Lane): string => `${topic}/${partition}`

export function bufferFull(): KafkaError {
  return new KafkaError('KAFKA_BUFFER_FULL', 'The buffer for messages to Kafka is full.')
}

export function closed(): KafkaError {
  return new KafkaError('KAFKA_CLOSED', 'The node was closed before the message was written.')
}

function noPartition({ topic, partition }: AddressedRecord, count: number): KafkaError {
  const text = `Topic "${topic}" has ${count} partitions, numbered from 0: there is no ${partition}.`
  return new KafkaError('KAFKA_BAD_PARTITION', text)
}
