import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
  heartbeatV3,
  joinGroupV5,
  leaveGroupV3,
  offsetCommitV7,
  offsetFetchV7,
  syncGroupV3,
} from '@platformatic/kafka'
import type { API } from '@platformatic/kafka'
import type { Timer, Timers } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { patienceMs } from '../cluster/kafka-cluster.ts'
import {
  brokerError,
  connectionError,
  isPassing,
  KafkaError,
  reasonOf,
  unknownTopic,
} from '../cluster/kafka-error.ts'
import type { BrokerPlace } from '../cluster/kafka-error.ts'
import { assignRanges } from './assign-ranges.ts'
import type { TopicPartitions } from './assign-ranges.ts'

export interface GroupOptions {
  readonly cluster: KafkaCluster
  readonly groupId: string
  /** By which the broker knows a member that comes back, and gives it its partitions again at once. */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
  readonly timers: Timers
}

export interface GroupEvents {
  /** These partitions are this member's now. */
  readonly assigned: (share: readonly TopicPartitions[]) => void
  /** They are shared anew. Settles once what was read of them is safe; then others may go on there. */
  readonly revoked: () => Promise<void>
  /** They are somebody else's already. */
  readonly lost: () => void
  readonly failed: (error: KafkaError) => void
}

type Joined = Awaited<ReturnType<typeof joinGroupV5.api.async>>

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** How members of the group share partitions; the first that all know counts. */
const assignor = 'range'
const protocolType = 'consumer'
/** Whether there are more partitions than before is looked at this often. */
const partitionsCheckMs = 30_000
const missingCheckMs = 3_000

/**
 * A member of a consumer group in the classic protocol: joins, keeps in touch, and joins again
 * whenever the broker says so or is away. Runs until it is closed.
 */
export class GroupMember {
  private readonly options: GroupOptions
  private readonly events: GroupEvents
  private readonly links: BrokerLinks
  private memberId = ''
  private generation = -1
  private coordinator: BrokerPlace | undefined
  /** Partitions of each topic, as of when it last joined. */
  private counts: ReadonlyMap<string, number> = new Map()
  private failures = 0
  private timer: Timer | undefined
  private wake: (() => void) | undefined
  private isClosed = false
  private ended: Promise<void> = Promise.resolve()

  constructor(options: GroupOptions, events: GroupEvents) {
    this.options = options
    this.events = events
    // To join may take as long as the slowest of the others.
    this.links = options.cluster.openLinks(options.rebalanceTimeoutMs + patienceMs)
  }

  start(): void {
    this.ended = this.run()
  }

  /** Leaves the group, so that others go on at once with what was its own. */
  async close(): Promise<void> {
    this.isClosed = true
    this.timer?.cancel()
    this.wake?.()
    if (this.memberId !== '' && this.coordinator !== undefined) {
      const member = { memberId: this.memberId, groupInstanceId: this.options.instanceId }
      const leaving = this.links.ask(this.coordinator, leaveGroupV3.api, this.options.groupId, [
        member,
      ])
      await Promise.race([leaving.catch(() => undefined), this.pause(leaveWithinMs)])
    }
    await this.options.cluster.closeLinks(this.links)
    await this.ended
  }

  /** Tells the group how far its partitions were read. Throws a `KafkaError`. */
  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    const { groupId, instanceId } = this.options
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: null,
      })),
    }))
    const { generation, memberId } = this
    const answer = await this.ask(
      offsetCommitV7.api,
      groupId,
      generation,
      memberId,
      instanceId,
      topics,
    )
    for (const { partitions } of answer.topics) {
      for (const { errorCode } of partitions) if (errorCode !== 0) throw this.refusal(errorCode)
    }
  }

  /** How far the group has read; partitions of which nothing is known are left out. */
  async committed(share: readonly TopicPartitions[]): Promise<readonly CommittedOffset[]> {
    const topics = share.map(({ topic, partitions }) => ({
      name: topic,
      partitionIndexes: [...partitions],
    }))
    const { groupId } = this.options
    // Offsets that are still part of an open transaction are waited for.
    const answer = await this.ask(offsetFetchV7.api, [{ groupId, topics }], true)
    if (answer.errorCode !== 0) throw this.refusal(answer.errorCode)
    return answer.topics.flatMap(({ name, partitions }) =>
      partitions.flatMap(({ partitionIndex, committedOffset, errorCode }) => {
        if (errorCode !== 0) throw this.refusal(errorCode)
        const offset = Number(committedOffset)
        return offset < 0 ? [] : [{ topic: name, partition: partitionIndex, offset }]
      }),
    )
  }

  private async run(): Promise<void> {
    while (!this.isClosed) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one membership after the other
        const share = await this.join()
        if (this.isClosed) return
        this.failures = 0
        this.events.assigned(share)
        // oxlint-disable-next-line no-await-in-loop
        await this.stay()
        // oxlint-disable-next-line no-await-in-loop
        if (!this.isClosed) await this.events.revoked()
      } catch (error) {
        if (this.isClosed) return
        // oxlint-disable-next-line no-await-in-loop
        await this.recover(error)
      }
    }
  }

  /** Joins the group and gives this member's share. */
  private async join(): Promise<readonly TopicPartitions[]> {
    const { groupId, instanceId, topics, sessionTimeoutMs, rebalanceTimeoutMs } = this.options
    this.counts = await this.partitionCounts(topics)
    for (const name of topics) if (!this.counts.has(name)) this.events.failed(unknownTopic(name))
    // A member that says something new makes the group share anew: so one that sees more partitions
    // than before needs not be the leader to be heard.
    const userData = JSON.stringify([...this.counts])
    const subscription = { version: 0, topics: [...topics], userData }
    const metadata = encodeConsumerProtocolSubscription(subscription)
    const protocols = [{ name: assignor, metadata }]
    const joined = await this.ask(
      joinGroupV5.api,
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      this.memberId,
      instanceId,
      protocolType,
      protocols,
    )
    if (reasonOf(joined.errorCode) === 'MEMBER_ID_REQUIRED') {
      this.memberId = joined.memberId
      return this.join()
    }
    if (joined.errorCode !== 0) throw this.refusal(joined.errorCode)
    this.memberId = joined.memberId
    this.generation = joined.generationId
    const isLeader = joined.leader === joined.memberId
    return this.sync(isLeader ? await this.assign(joined) : [])
  }

  private async sync(
    assignments: { memberId: string; assignment: Buffer }[],
  ): Promise<readonly TopicPartitions[]> {
    const { groupId, instanceId } = this.options
    const { generation, memberId } = this
    const synced = await this.ask(
      syncGroupV3.api,
      groupId,
      generation,
      memberId,
      instanceId,
      null,
      null,
      assignments,
    )
    if (synced.errorCode !== 0) throw this.refusal(synced.errorCode)
    // A member that gets nothing may get no bytes at all.
    if (synced.assignment.length === 0) return []
    return decodeConsumerProtocolAssignment(synced.assignment).assignedPartitions
  }

  /** The leader of the group shares the partitions among all. */
  private async assign(
    joined: Pick<Joined, 'members'>,
  ): Promise<{ memberId: string; assignment: Buffer }[]> {
    const members = joined.members.map(({ memberId, metadata }) => ({
      id: memberId,
      topics: decodeConsumerProtocolSubscription(metadata).topics,
    }))
    const names = new Set(members.flatMap(({ topics }) => topics))
    const shares = assignRanges(members, await this.partitionCounts([...names]))
    return [...shares].map(([memberId, share]) => ({
      memberId,
      assignment: encodeConsumerProtocolAssignment({
        version: 0,
        assignedPartitions: share.map(({ topic, partitions }) => ({
          topic,
          partitions: [...partitions],
        })),
      }),
    }))
  }

  private async partitionCounts(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const topics = await this.options.cluster.refresh(names)
    return new Map(topics.map(({ name, leaders }) => [name, leaders.length]))
  }

  /** Keeps in touch; settles once the partitions are to be shared anew. */
  private async stay(): Promise<void> {
    const { heartbeatMs, groupId, instanceId } = this.options
    let uncheckedMs = 0
    while (!this.isClosed) {
      // oxlint-disable-next-line no-await-in-loop -- paced by the clock
      await this.pause(heartbeatMs)
      if (this.isClosed) return
      uncheckedMs += heartbeatMs
      const { generation, memberId } = this
      // oxlint-disable-next-line no-await-in-loop
      const { errorCode } = await this.ask(
        heartbeatV3.api,
        groupId,
        generation,
        memberId,
        instanceId,
      )
      if (reasonOf(errorCode) === 'REBALANCE_IN_PROGRESS') return
      if (errorCode !== 0) throw this.refusal(errorCode)
      if (uncheckedMs < (this.hasAllTopics ? partitionsCheckMs : missingCheckMs)) continue
      uncheckedMs = 0
      // oxlint-disable-next-line no-await-in-loop
      if (await this.hasOtherPartitions()) return
    }
  }

  private get hasAllTopics(): boolean {
    return this.counts.size === this.options.topics.length
  }

  private async hasOtherPartitions(): Promise<boolean> {
    const { counts } = this
    const now = await this.partitionCounts(this.options.topics).catch(() => counts)
    if (now.size !== counts.size) return true
    return [...now].some(([topic, count]) => count !== counts.get(topic))
  }

  /** What to do about it before joining again. */
  private async recover(error: unknown): Promise<void> {
    const failure =
      error instanceof KafkaError ? error : connectionError(error, this.coordinator ?? noPlace)
    const { reason } = failure
    // Without the broker nobody knows whose the partitions are by now.
    if (reason === undefined) this.coordinator = undefined
    if (reason !== undefined && coordinatorMoved.has(reason)) this.coordinator = undefined
    if (reason !== undefined && membershipOver.has(reason)) {
      this.memberId = ''
      this.generation = -1
      this.events.lost()
      if (reason !== 'FENCED_INSTANCE_ID') return
    }
    if (reason === 'REBALANCE_IN_PROGRESS') return
    this.failures += 1
    if (!isPassing(failure)) this.events.failed(failure)
    await this.pause(backoffMs(this.failures, Math.random()))
  }

  private async ask<Args extends unknown[], Answer>(
    api: API<Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    const { cluster, groupId } = this.options
    this.coordinator ??= await cluster.coordinator('group', groupId)
    return this.links.ask(this.coordinator, api, ...args)
  }

  private refusal(errorCode: number): KafkaError {
    const error = brokerError(errorCode)
    if (coordinatorMoved.has(error.reason ?? '')) this.coordinator = undefined
    return error
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      this.timer = this.options.timers.after(delayMs, resolve)
    })
  }
}

const leaveWithinMs = 1_500
const noPlace: BrokerPlace = { host: 'the brokers', port: 0 }
const coordinatorMoved: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
])
const membershipOver: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'FENCED_INSTANCE_ID',
])
