import type { Clock, Timer, Timers } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { patienceMs } from '../cluster/kafka-cluster.ts'
import {
  brokerError,
  isPassing,
  KafkaError,
  reasonOf,
  unknownTopic,
} from '../cluster/kafka-error.ts'
import type { BrokerPlace } from '../cluster/kafka-error.ts'
import { fetchApi, fetchByIdApi } from '../wire/fetch-api.ts'
import type { FetchedPartition } from '../wire/fetch-api.ts'
import { readBatches } from '../wire/read-batches.ts'
import type { Partition } from './partition.ts'

export interface FetcherOptions {
  readonly cluster: KafkaCluster
  readonly fetchWaitMs: number
  readonly fetchBytes: number
  readonly isReadCommitted: boolean
  readonly clock: Clock
  readonly timers: Timers
}

export interface FetcherEvents {
  /** A partition has something to pass on. */
  readonly fetched: () => void
  /** Where the partition wanted to read there is nothing any more, or nothing yet. */
  readonly outOfRange: (partition: Partition) => void
  /** The topic was deleted and made anew: offsets of its partitions mean nothing any more. */
  readonly madeAnew: (topic: string) => void
  readonly failed: (error: KafkaError) => void
  readonly succeeded: () => void
}

/** While others of the same broker must not be read, new data of these is asked for this often. */
const shortWaitMs = 10

/**
 * Fetches partitions ahead of what is passed on: from each broker one request at a time, for all
 * partitions that it leads and that have room. Partitions that are not passed on are not fetched.
 */
export class Fetcher {
  private readonly options: FetcherOptions
  private readonly events: FetcherEvents
  private readonly links: BrokerLinks
  private partitions: readonly Partition[] = []
  /** Brokers that are being asked now. */
  private readonly busy = new Set<number>()
  private readonly resting = new Set<Timer>()
  private fetches = 0
  private isFinding = false
  private isClosed = false

  constructor(options: FetcherOptions, events: FetcherEvents) {
    this.options = options
    this.events = events
    this.links = options.cluster.openLinks(options.fetchWaitMs + patienceMs)
  }

  /** From now on these partitions are read, and no others. */
  read(partitions: readonly Partition[]): void {
    this.partitions = partitions
    for (const timer of this.resting) timer.cancel()
    this.resting.clear()
    this.goOn()
  }

  /** A partition may have room again. */
  goOn(): void {
    if (this.isClosed || this.partitions.length === 0) return
    const now = this.options.clock.monotonic()
    const byLeader = new Map<number, Partition[]>()
    for (const partition of this.partitions) {
      if (partition.restsUntil > now || this.isMadeAnew(partition)) continue
      const leader = this.leaderOf(partition)
      const broker = leader === undefined ? undefined : this.options.cluster.broker(leader)
      if (leader === undefined || broker === undefined) this.findLeaders()
      else if (!this.busy.has(leader))
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition])
    }
    for (const [leader, led] of byLeader) void this.fetchFrom(leader, led)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.partitions = []
    await this.options.cluster.closeLinks(this.links)
  }

  /** Another topic of the same name: nothing of it is fetched in place of what was to be read. */
  private isMadeAnew({ topic, topicId }: Partition): boolean {
    const id = this.options.cluster.known(topic)?.id
    if (id === undefined || topicId === undefined || id === topicId) return false
    this.events.madeAnew(topic)
    return true
  }

  private leaderOf({ topic, partition }: Partition): number | undefined {
    const leader = this.options.cluster.known(topic)?.leaders[partition]
    return leader === undefined || leader < 0 ? undefined : leader
  }

  private async fetchFrom(leader: number, led: readonly Partition[]): Promise<void> {
    const { cluster, fetchBytes } = this.options
    const place = cluster.broker(leader)
    // Only the first that has anything gets a batch that is larger than it may be.
    const wanted = led
      .filter(({ queuedBytes }) => queuedBytes < fetchBytes)
      .toSorted((one, other) => one.servedIn - other.servedIn)
    if (place === undefined || wanted.length === 0) return
    this.busy.add(leader)
    this.fetches += 1
    try {
      await this.ask(place, wanted, wanted.length === led.length)
    } catch (error) {
      cluster.failed(place)
      if (!this.isClosed) this.restAll(wanted, error)
    }
    this.busy.delete(leader)
    this.goOn()
  }

  private async ask(
    place: BrokerPlace,
    wanted: readonly Partition[],
    isAll: boolean,
  ): Promise<void> {
    const { cluster, fetchWaitMs, fetchBytes, isReadCommitted } = this.options
    const options = {
      maxWaitMs: isAll ? fetchWaitMs : Math.min(fetchWaitMs, shortWaitMs),
      minBytes: 1,
      maxBytes: Math.max(fetchBytes, 4 * fetchBytes),
      partitionMaxBytes: fetchBytes,
      isReadCommitted,
    }
    const isById = await this.fetchesById(cluster, place, wanted)
    const asked = wanted.map((partition) => ({
      topic: isById ? (partition.topicId ?? '') : partition.topic,
      partition: partition.partition,
      offset: partition.fetchAt,
      of: partition,
    }))
    const answer = await this.links.ask(place, isById ? fetchByIdApi : fetchApi, options, asked)
    if (this.isClosed) return
    if (answer.errorCode !== 0) throw brokerError(answer.errorCode)
    for (const fetched of answer.partitions) {
      const { topic, partition } = fetched
      const one = asked.find((it) => it.topic === topic && it.partition === partition)
      if (one !== undefined) this.take(fetched, one.of, one.offset)
    }
  }

  private async fetchesById(
    cluster: KafkaCluster,
    place: BrokerPlace,
    wanted: readonly Partition[],
  ): Promise<boolean> {
    if (wanted.some(({ topicId }) => topicId === undefined)) return false
    return cluster.knows(place, fetchByIdApi)
  }

  private take(fetched: FetchedPartition, partition: Partition, askedAt: number): void {
    // It may have been given to somebody else meanwhile, or read on at another place.
    if (!this.partitions.includes(partition) || askedAt !== partition.fetchAt) return
    if (fetched.errorCode !== 0) return this.refused(partition, fetched.errorCode)
    if (partition.failures > 0) this.events.succeeded()
    partition.failures = 0
    partition.end = fetched.end
    this.queue(partition, fetched)
  }

  private queue(partition: Partition, { records, aborted }: FetchedPartition): void {
    const from = partition.fetchAt
    let bytes = records.length
    for (const batch of readBatches(records, aborted)) {
      // A batch is sent whole, also where it begins before what was asked for.
      if (batch.nextOffset <= from) continue
      partition.add(batch, bytes)
      partition.servedIn = this.fetches
      bytes = 0
    }
    if (partition.head !== undefined) this.events.fetched()
  }

  private refused(partition: Partition, errorCode: number): void {
    const reason = reasonOf(errorCode)
    if (reason === 'OFFSET_OUT_OF_RANGE') {
      this.rest(partition)
      this.events.outOfRange(partition)
      return
    }
    const { topic } = partition
    this.options.cluster.forgetTopic(topic)
    this.rest(partition)
    const isGone = reason === 'UNKNOWN_TOPIC_OR_PARTITION' || reason === 'UNKNOWN_TOPIC_ID'
    const error = isGone ? unknownTopic(topic) : brokerError(errorCode)
    if (!isPassing(error)) this.events.failed(error)
  }

  /** The broker could not be asked: somebody else may lead by now. */
  private restAll(partitions: readonly Partition[], error: unknown): void {
    for (const partition of partitions) {
      this.options.cluster.forgetTopic(partition.topic)
      this.rest(partition)
    }
    this.events.failed(asKafkaError(error))
  }

  private rest(partition: Partition): void {
    const { clock, timers } = this.options
    partition.failures += 1
    const delayMs = backoffMs(partition.failures, Math.random())
    partition.restsUntil = clock.monotonic() + delayMs
    const timer = timers.after(delayMs + 1, () => {
      this.resting.delete(timer)
      this.goOn()
    })
    this.resting.add(timer)
  }

  private findLeaders(): void {
    if (this.isFinding) return
    this.isFinding = true
    const names = [...new Set(this.partitions.map(({ topic }) => topic))]
    this.options.cluster.refresh(names).then(
      (found) => this.found(names, new Set(found.map(({ name }) => name))),
      (error: unknown) => {
        this.isFinding = false
        if (!this.isClosed) this.restAll(this.partitions, error)
      },
    )
  }

  private found(names: readonly string[], found: ReadonlySet<string>): void {
    this.isFinding = false
    if (this.isClosed) return
    for (const name of names) if (!found.has(name)) this.events.failed(unknownTopic(name))
    // What nobody leads now is looked at again a little later.
    for (const one of this.partitions) if (this.leaderOf(one) === undefined) this.rest(one)
    this.goOn()
  }
}

function asKafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new KafkaError('KAFKA_FAILED', `Reading failed: ${text}`, { cause: error })
}
