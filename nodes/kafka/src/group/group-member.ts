import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
  heartbeatV3,
  joinGroupV5,
  leaveGroupV3,
  syncGroupV3,
} from '@platformatic/kafka'
import type { Clock, Timer, Timers } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster, TopicInfo } from '../cluster/kafka-cluster.ts'
import { patienceMs } from '../cluster/kafka-cluster.ts'
import { isPassing, reasonOf } from '../cluster/kafka-error.ts'
import type { KafkaError } from '../cluster/kafka-error.ts'
import { AbsentTopics } from './absent-topics.ts'
import { assignRanges } from './assign-ranges.ts'
import type { TopicPartitions } from './assign-ranges.ts'
import { Coordinator, hasMoved } from './coordinator.ts'
import { commitOffsets, committedOffsets } from './group-offsets.ts'
import type { CommittedOffset } from './group-offsets.ts'

export interface GroupOptions {
  readonly cluster: KafkaCluster
  readonly groupId: string
  /** By which the broker knows a member that comes back, and gives it its partitions again at once. */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly timers: Timers
}

export interface GroupEvents {
  /** These partitions are this member's now. */
  readonly assigned: (share: readonly TopicPartitions[]) => void
  /** They are shared anew. Settles once what was read of them is safe; then others may go on there. */
  readonly revoked: () => Promise<void>
  /** They are somebody else's already. */
  readonly lost: () => void
  /** There is no such topic, as far as the broker knows at the moment. */
  readonly missing: (topic: string) => void
  /** There has been no such topic for some seconds. */
  readonly absent: (topic: string) => void
  /** The group has this member, as of now. */
  readonly heard: () => void
  readonly failed: (error: KafkaError) => void
}

type Joined = Awaited<ReturnType<typeof joinGroupV5.api.async>>

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
  private readonly coordinator: Coordinator
  private readonly absent: AbsentTopics
  /** The topics as of when it last joined: by name, with whatever the partitions depend on. */
  private topics: ReadonlyMap<string, string> = new Map()
  /** When it last asked for what the group then granted. */
  private heardAt = -Infinity
  /** Whether it was given a share, and neither gave it back nor lost it. */
  private hasShare = false
  private isAskedAnew = false
  /** Whether it waits until the group wants to hear of it. */
  private isResting = false
  private failures = 0
  private timer: Timer | undefined
  private wake: (() => void) | undefined
  private isClosed = false
  private ended: Promise<void> = Promise.resolve()

  constructor(options: GroupOptions, events: GroupEvents) {
    this.options = options
    this.events = events
    // To join may take as long as the slowest of the others.
    const { cluster, groupId } = options
    this.links = cluster.openLinks(options.rebalanceTimeoutMs + patienceMs)
    this.coordinator = new Coordinator({ cluster, groupId, links: this.links })
    this.absent = new AbsentTopics(options.clock)
  }

  start(): void {
    this.ended = this.run()
  }

  /** Leaves the group, so that others go on at once with what was its own. */
  async close(): Promise<void> {
    this.isClosed = true
    this.timer?.cancel()
    this.wake?.()
    if (this.memberId !== '' && this.coordinator.isKnown) {
      const { groupId, instanceId } = this.options
      const member = { memberId: this.memberId, groupInstanceId: instanceId }
      const leaving = this.coordinator.ask(leaveGroupV3.api, groupId, [member])
      await Promise.race([leaving.catch(() => undefined), this.pause(leaveWithinMs)])
    }
    await this.options.cluster.closeLinks(this.links)
    await this.ended
  }

  /** Whether the group has given its partitions to nobody else yet, as far as this member can know. */
  get isHeardOf(): boolean {
    const { clock, sessionTimeoutMs } = this.options
    return clock.monotonic() - this.heardAt < sessionTimeoutMs
  }

  /** Asks for word from the group without waiting for the usual time. */
  beatNow(): void {
    if (this.isResting) this.wake?.()
  }

  /** What the partitions are shared by has changed. */
  shareAnew(): void {
    this.isAskedAnew = true
    this.beatNow()
  }

  /** Tells the group how far its partitions were read. Throws a `KafkaError`. */
  async commit(offsets: readonly CommittedOffset[]): Promise<void> {
    const { groupId, instanceId } = this.options
    const { generation, memberId } = this
    await commitOffsets(this.coordinator, { groupId, generation, memberId, instanceId }, offsets)
  }

  /** How far the group has read; partitions of which nothing is known are left out. */
  committed(share: readonly TopicPartitions[]): Promise<readonly CommittedOffset[]> {
    return committedOffsets(this.coordinator, this.options.groupId, share)
  }

  private async run(): Promise<void> {
    while (!this.isClosed) {
      try {
        // oxlint-disable no-await-in-loop -- one membership after the other
        if (this.hasShare) await this.giveBack()
        const share = await this.join()
        if (this.isClosed) return
        this.failures = 0
        this.hasShare = true
        this.events.assigned(share)
        await this.stay()
      } catch (error) {
        if (this.isClosed) return
        await this.recover(error)
        // oxlint-enable no-await-in-loop
      }
    }
  }

  /** Keeps in touch meanwhile: a member that nothing is heard of loses its place. */
  private async giveBack(): Promise<void> {
    this.hasShare = false
    let isGiven = false
    const given = this.events.revoked().finally(() => (isGiven = true))
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- paced by the clock
      await Promise.race([given, this.pause(this.options.heartbeatMs)])
      if (isGiven || this.isClosed) return
      // oxlint-disable-next-line no-await-in-loop -- whatever it says, it joins again
      await this.heartbeat().catch(() => undefined)
    }
  }

  /** Joins the group and gives this member's share. */
  private async join(): Promise<readonly TopicPartitions[]> {
    const { groupId, instanceId, topics, sessionTimeoutMs, rebalanceTimeoutMs } = this.options
    this.isAskedAnew = false
    this.topics = await this.describeTopics()
    for (const name of topics) if (!this.topics.has(name)) this.events.missing(name)
    // A member that says something new makes the group share anew: so one that sees more partitions
    // than before needs not be the leader to be heard.
    const userData = JSON.stringify([...this.topics])
    const subscription = { version: 0, topics: [...topics], userData }
    const metadata = encodeConsumerProtocolSubscription(subscription)
    const protocols = [{ name: assignor, metadata }]
    const joined = await this.coordinator.ask(
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
    if (joined.errorCode !== 0) throw this.coordinator.refusal(joined.errorCode)
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
    const synced = await this.coordinator.ask(
      syncGroupV3.api,
      groupId,
      generation,
      memberId,
      instanceId,
      null,
      null,
      assignments,
    )
    if (synced.errorCode !== 0) throw this.coordinator.refusal(synced.errorCode)
    this.heardAt = this.options.clock.monotonic()
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
    const topics = await this.options.cluster.refresh([...names])
    const shares = assignRanges(
      members,
      new Map(topics.map(({ name, leaders }) => [name, leaders.length])),
    )
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

  private async describeTopics(): Promise<ReadonlyMap<string, string>> {
    const { topics: names, cluster } = this.options
    const topics = await cluster.refresh(names)
    const found = new Set(topics.map(({ name }) => name))
    for (const name of this.absent.answered(names, (one) => found.has(one)))
      this.events.absent(name)
    return new Map(topics.map((topic) => [topic.name, describe(topic)]))
  }

  /** Keeps in touch; settles once the partitions are to be shared anew. */
  private async stay(): Promise<void> {
    const { heartbeatMs } = this.options
    let uncheckedMs = 0
    while (!this.isClosed) {
      // oxlint-disable no-await-in-loop -- paced by the clock
      this.isResting = true
      await this.pause(heartbeatMs)
      this.isResting = false
      if (this.isClosed || this.isAskedAnew || !(await this.beat())) return
      uncheckedMs += heartbeatMs
      if (uncheckedMs < (this.hasAllTopics ? partitionsCheckMs : missingCheckMs)) continue
      uncheckedMs = 0
      if (await this.hasOtherTopics()) return
      // oxlint-enable no-await-in-loop
    }
  }

  /**
   * Gives false where the partitions are to be shared anew. Without an answer, or where somebody else
   * coordinates the group by now, it stays a member, and asks until one says otherwise.
   */
  private async beat(): Promise<boolean> {
    for (let failures = 1; !this.isClosed; failures += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until there is an answer
        const reason = await this.heartbeat()
        if (reason === 'REBALANCE_IN_PROGRESS') return false
        return true
      } catch (error) {
        const failure = this.coordinator.asKafkaError(error)
        const { reason } = failure
        if (reason !== undefined && !hasMoved(failure)) throw failure
        this.coordinator.forget()
        if (!isPassing(failure)) this.events.failed(failure)
        // oxlint-disable-next-line no-await-in-loop
        await this.pause(backoffMs(failures, Math.random()))
      }
    }
    return true
  }

  private async heartbeat(): Promise<string> {
    const { clock, groupId, instanceId } = this.options
    const { generation, memberId } = this
    const askedAt = clock.monotonic()
    const { errorCode } = await this.coordinator.ask(
      heartbeatV3.api,
      groupId,
      generation,
      memberId,
      instanceId,
    )
    const reason = reasonOf(errorCode)
    if (reason !== 'NONE' && reason !== 'REBALANCE_IN_PROGRESS')
      throw this.coordinator.refusal(errorCode)
    this.heardAt = askedAt
    this.events.heard()
    return reason
  }

  private get hasAllTopics(): boolean {
    return this.topics.size === this.options.topics.length
  }

  private async hasOtherTopics(): Promise<boolean> {
    const { topics } = this
    const now = await this.describeTopics().catch(() => topics)
    if (now.size !== topics.size) return true
    return [...now].some(([topic, about]) => about !== topics.get(topic))
  }

  /** What to do about it before joining again. */
  private async recover(error: unknown): Promise<void> {
    const failure = this.coordinator.asKafkaError(error)
    const { reason } = failure
    // Without the broker nobody knows whose the partitions are by now.
    if (reason === undefined) this.coordinator.forget()
    if (hasMoved(failure)) this.coordinator.forget()
    if (reason !== undefined && membershipOver.has(reason)) {
      this.memberId = ''
      this.generation = -1
      this.hasShare = false
      this.events.lost()
      if (reason !== 'FENCED_INSTANCE_ID') return
    }
    if (reason === 'REBALANCE_IN_PROGRESS') return
    this.failures += 1
    if (!isPassing(failure)) this.events.failed(failure)
    await this.pause(backoffMs(this.failures, Math.random()))
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      this.timer = this.options.timers.after(delayMs, resolve)
    })
  }
}

/** What changes where the partitions of a topic are to be shared anew. */
function describe({ id, leaders }: TopicInfo): string {
  return `${leaders.length} ${id ?? ''}`
}

const leaveWithinMs = 1_500
const membershipOver: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'FENCED_INSTANCE_ID',
])
