import {
  addOffsetsToTxnV3,
  addPartitionsToTxnV3,
  endTxnV3,
  initProducerIdV3,
  offsetFetchV7,
  txnOffsetCommitV3,
} from '@platformatic/kafka'
import type { API } from '@platformatic/kafka'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { brokerError, reasonOf } from '../cluster/kafka-error.ts'
import type { BrokerPlace } from '../cluster/kafka-error.ts'

export interface SessionOptions {
  readonly cluster: KafkaCluster
  readonly links: BrokerLinks
  /** By which the broker knows this node, in whatever life. Also the name of the group of its notes. */
  readonly transactionalId: string
  /** By which the node knows its own notes of this life. */
  readonly life: string
  readonly timeoutMs: number
  readonly pause: (delayMs: number) => Promise<void>
}

/** What was noted with the last transaction that was committed. */
export interface Note {
  /** −1 where there is none. */
  readonly number: number
  /** The life in which it was; undefined where it does not say. */
  readonly life: string | undefined
}

interface Producer {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** While the broker still ends the transaction before, it is asked again this often. */
const concurrentMs = 20
const concurrentMax = 1_500

export interface PartitionName {
  readonly topic: string
  readonly partition: number
}

/**
 * The right to write in transactions, until another takes it. What one that had it before left open is
 * aborted as the session begins, or ended where it was about to be.
 */
export class TransactionSession {
  readonly producer: Producer
  private readonly options: SessionOptions
  private readonly coordinator: BrokerPlace
  private readonly sequences = new Map<string, number>()

  private constructor(options: SessionOptions, coordinator: BrokerPlace, producer: Producer) {
    this.options = options
    this.coordinator = coordinator
    this.producer = producer
  }

  static async begin(options: SessionOptions): Promise<TransactionSession> {
    const { cluster, links, transactionalId, timeoutMs } = options
    const coordinator = await cluster.coordinator('transaction', transactionalId)
    const answer = await whenFree(options, async () => {
      // Without numbers of its own: with others the broker takes it for a producer that it fenced.
      const given = await links.ask(
        coordinator,
        initProducerIdV3.api,
        transactionalId,
        timeoutMs,
        -1n,
        -1,
      )
      return { code: given.errorCode, given }
    })
    const { producerId, producerEpoch } = answer.given
    return new TransactionSession(options, coordinator, { producerId, producerEpoch })
  }

  async noted(): Promise<Note> {
    const { cluster, links, transactionalId } = this.options
    const place = await cluster.coordinator('group', transactionalId)
    const groups = [{ groupId: transactionalId, topics: null }]
    const answer = await links.ask(place, offsetFetchV7.api, groups, true)
    if (answer.errorCode !== 0) throw brokerError(answer.errorCode)
    let noted: Note = { number: -1, life: undefined }
    for (const { partitions } of answer.topics) {
      for (const { errorCode, committedOffset, metadata } of partitions) {
        if (errorCode !== 0) throw brokerError(errorCode)
        const number = Number(committedOffset)
        if (number > noted.number) noted = { number, life: metadata ?? undefined }
      }
    }
    return noted
  }

  /** The transaction will write to these. */
  async add(partitions: readonly PartitionName[]): Promise<void> {
    const { transactionalId } = this.options
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, all]) => ({
      name,
      partitions: all.map(({ partition }) => partition),
    }))
    const transaction = { transactionalId, ...this.producer, verifyOnly: false, topics }
    await whenFree(this.options, async () => {
      const answer = await this.ask(addPartitionsToTxnV3.api, [transaction])
      const codes = answer.resultsByTransaction.flatMap(({ topicResults }) =>
        topicResults.flatMap(({ resultsByPartition }) =>
          resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
        ),
      )
      return {
        code:
          codes.find((code) => code !== 0 && !isNotAttempted(code)) ??
          codes.find((code) => code !== 0) ??
          0,
      }
    })
  }

  /**
   * Notes a number with the transaction, as what a consumer group of this node's own has read of the
   * partition: it counts if and when the transaction does.
   */
  async note(number: number, { topic, partition }: PartitionName): Promise<void> {
    const { cluster, links, transactionalId, life } = this.options
    const { producerId, producerEpoch } = this.producer
    await whenFree(this.options, async () => {
      const added = await this.ask(
        addOffsetsToTxnV3.api,
        transactionalId,
        producerId,
        producerEpoch,
        transactionalId,
      )
      return { code: added.errorCode }
    })
    const place = await cluster.coordinator('group', transactionalId)
    const offset = {
      partitionIndex: partition,
      committedOffset: BigInt(number),
      committedLeaderEpoch: -1,
      committedMetadata: life,
    }
    const committed = await links.ask(
      place,
      txnOffsetCommitV3.api,
      transactionalId,
      transactionalId,
      producerId,
      producerEpoch,
      -1,
      '',
      null,
      [{ name: topic, partitions: [offset] }],
    )
    for (const { partitions } of committed.topics) {
      for (const { errorCode } of partitions) if (errorCode !== 0) throw brokerError(errorCode)
    }
  }

  async commit(): Promise<void> {
    const { transactionalId } = this.options
    const { producerId, producerEpoch } = this.producer
    const ended = await this.ask(endTxnV3.api, transactionalId, producerId, producerEpoch, true)
    if (ended.errorCode !== 0) throw brokerError(ended.errorCode)
  }

  /** Number of the first of so many records that are written to the partition now. */
  takeSequence({ topic, partition }: PartitionName, count: number): number {
    const name = `${topic}/${partition}`
    const first = this.sequences.get(name) ?? 0
    this.sequences.set(name, (first + count) % 2 ** 31)
    return first
  }

  private ask<Args extends unknown[], Answer>(
    api: API<Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    return this.options.links.ask(this.coordinator, api, ...args)
  }
}

const isNotAttempted = (code: number): boolean => reasonOf(code) === 'OPERATION_NOT_ATTEMPTED'

/** Asks until the broker has ended the transaction before. Throws what else it refuses. */
async function whenFree<Answer extends { readonly code: number }>(
  { pause }: SessionOptions,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- until it is free
    const answer = await ask()
    if (answer.code === 0) return answer
    const isBusy = reasonOf(answer.code) === 'CONCURRENT_TRANSACTIONS'
    if (!isBusy || attempt >= concurrentMax) throw brokerError(answer.code)
    // oxlint-disable-next-line no-await-in-loop
    await pause(concurrentMs)
  }
}
