import { randomUUID } from 'node:crypto'
import { NodeError } from '@millrace/sdk'
import type { SourceContext, Timer } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { connectionError, isPassing, KafkaError, unknownTopic } from '../cluster/kafka-error.ts'
import type { TopicPartitions } from '../group/assign-ranges.ts'
import { GroupMember } from '../group/group-member.ts'
import type { kafkaInDescriptor } from './descriptor.ts'
import { expectPartition, expectWaiting } from './expectations.ts'
import { Fetcher } from './fetcher.ts'
import { GroupCommits } from './group-commits.ts'
import { keyReader } from './key-reader.ts'
import type { Partition } from './partition.ts'
import { Placement } from './placement.ts'
import type { Placing } from './placement.ts'
import { progressText } from './progress-text.ts'
import { RecordEmitter } from './record-emitter.ts'
import { SafePositions } from './safe-positions.ts'
import { startPositions } from './start-positions.ts'
import type { StartAt } from './start-positions.ts'
import { valueReader } from './value-reader.ts'

type Context = SourceContext<typeof kafkaInDescriptor>

/** Messages that are passed on before others get their turn. */
const turnMax = 512
const statusEveryMs = 1_000
const heartbeatMs = 3_000
/** How long a member that has to give partitions away waits for what it read of them to be safe. */
const safeWithinMs = 10_000
const commitWithinMs = 2_000

/**
 * Reads topics as a member of a consumer group and passes their records on. How far each partition
 * was passed on is state, stored with the epoch; after a crash it goes on there. The group hears of
 * it once it is stored, so that a server that takes a partition over repeats rather than misses.
 */
export class Consumer {
  private readonly context: Context
  private readonly cluster: KafkaCluster
  private readonly topics: readonly string[]
  private readonly member: GroupMember
  private readonly fetcher: Fetcher
  private readonly links: BrokerLinks
  private readonly placement: Placement
  private readonly safe: SafePositions
  private readonly emitter: RecordEmitter
  private partitions: readonly Partition[] = []
  private generation = 0
  private nextTurn: Timer | undefined
  private isPaused = false
  private isStopped = false
  private isGroupAway = false
  private problem: KafkaError | undefined
  private said = ''
  private readonly commits: GroupCommits

  constructor(context: Context, cluster: KafkaCluster) {
    const { config, clock, timers } = context
    this.context = context
    this.cluster = cluster
    const names = [config.topic, ...config.moreTopics.map(({ topic }) => topic)]
    this.topics = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
    const onTrouble = (error: NodeError) => this.failed(asKafkaError(error, cluster))
    this.emitter = new RecordEmitter(
      context,
      { key: keyReader(context, onTrouble), value: valueReader(context, onTrouble) },
      () => !this.isPaused && !this.isStopped,
    )
    this.safe = new SafePositions(context.isDurable, (positions) => this.commits.add(positions))
    this.links = cluster.openLinks()
    const isReadCommitted = config.isolation === 'committed'
    const { fetchWaitMs, fetchBytes } = config
    this.fetcher = new Fetcher(
      { cluster, fetchWaitMs, fetchBytes, isReadCommitted, clock, timers },
      {
        fetched: () => this.takeTurn(),
        outOfRange: (partition) => void this.goBackInRange(partition),
        madeAnew: () => this.member.shareAnew(),
        failed: (error) => this.failed(error),
        succeeded: () => this.recovered(),
      },
    )
    this.member = this.makeMember()
    this.placement = this.makePlacement()
    this.commits = new GroupCommits(this.member, (error) => this.notCommitted(error))
  }

  start(): void {
    this.context.status({ state: 'connecting', text: `Connects to ${this.cluster.name}` })
    this.member.start()
    this.context.timers.every(statusEveryMs, () => {
      expectWaiting(this.context, this.partitions)
      this.tell()
    })
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    this.takeTurn()
  }

  stop(): void {
    this.isStopped = true
    this.generation += 1
    this.nextTurn?.cancel()
    this.fetcher.read([])
  }

  /** The positions that are state by now were stored. */
  stored(): void {
    this.safe.stored((name) => this.placement.positions.get(name))
  }

  async close(): Promise<void> {
    if (!this.isStopped) this.stop()
    await Promise.race([this.commits.done, this.pauseFor(commitWithinMs)])
    await this.member.close()
    await this.fetcher.close()
    await this.cluster.closeLinks(this.links)
  }

  private makeMember(): GroupMember {
    const { config, clock, timers, isDurable, flow, id } = this.context
    const groupId = config.group === '' ? `millrace-${flow}-${id}` : config.group
    const { sessionTimeoutMs, rebalanceTimeoutMs } = config
    const beat = Math.min(heartbeatMs, Math.floor(sessionTimeoutMs / 3))
    return new GroupMember(
      {
        cluster: this.cluster,
        groupId,
        // Whose state outlives a crash comes back as the same member, without the others noticing.
        instanceId: isDurable ? `millrace-${flow}-${id}-${this.identity()}` : null,
        topics: this.topics,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        heartbeatMs: beat,
        clock,
        timers,
      },
      {
        assigned: (share) => void this.begin(share),
        revoked: () => this.giveBack(),
        lost: () => this.lose(),
        missing: (topic) => {
          this.placement.isMissing(topic)
          this.failed(unknownTopic(topic))
        },
        absent: (topic) => this.placement.isAbsent(topic),
        heard: () => this.groupIsBack(),
        failed: (error) => {
          this.isGroupAway = true
          this.failed(error)
        },
      },
    )
  }

  private makePlacement(): Placement {
    const { cluster, links } = this
    const { state, log, clock } = this.context
    const committed = (share: readonly TopicPartitions[]) => this.member.committed(share)
    const startAt = () => this.startAt()
    return new Placement({ cluster, links, state, log, clock, committed, startAt })
  }

  private groupIsBack(): void {
    if (this.isGroupAway) this.recovered()
    this.isGroupAway = false
    this.takeTurn()
  }

  /** Two servers with the same flow have different state, and so are different members. */
  private identity(): string {
    const identities = this.context.state.map<string>('identity')
    const identity = identities.get('member') ?? randomUUID()
    identities.set('member', identity)
    return identity
  }

  /** These partitions are ours: finds out where to begin, trying until it is known. */
  private async begin(share: readonly TopicPartitions[]): Promise<void> {
    this.generation += 1
    const { generation } = this
    for (let failures = 0; generation === this.generation && !this.isStopped;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until it is known
        const placed = await this.placement.place(share)
        if (generation !== this.generation || this.isStopped) return
        this.context.goesOn()
        this.read(placed)
        return
      } catch (error) {
        if (this.isStopped) return
        failures += 1
        this.failed(asKafkaError(error, this.cluster))
        // oxlint-disable-next-line no-await-in-loop
        await this.pauseFor(backoffMs(failures, Math.random()))
      }
    }
  }

  private startAt(): StartAt {
    const { startAt, startTime } = this.context.config
    if (startAt !== 'time') return startAt
    const timeMs = Date.parse(startTime)
    if (!Number.isNaN(timeMs)) return { timeMs }
    const text = `"${startTime}" is no time: give ISO 8601 text such as 2026-01-31T08:00:00Z under From.`
    throw new KafkaError('KAFKA_START_TIME', text)
  }

  private read({ placed, remember }: Placing): void {
    remember()
    const partitions = placed.map(({ partition }) => partition)
    this.partitions = partitions
    if (partitions.length > 0) this.problem = undefined
    for (const { partition, isCommitted } of placed) {
      this.placement.positions.set(partition.name, partition.position)
      this.safe.begin(partition.name, partition.position, isCommitted)
      expectPartition(this.context, partition, true)
    }
    this.fetcher.read(partitions)
    this.tell()
  }

  /** The partitions will be shared anew: nothing more of them, and the group learns how far we came. */
  private async giveBack(): Promise<void> {
    const given = this.readNoMore()
    if (given.length === 0) return
    const isSafe = this.safe.whenSafe().then(() => this.commits.done)
    // Others wait for this one before they go on.
    const withinMs = Math.min(safeWithinMs, this.context.config.rebalanceTimeoutMs / 2)
    await Promise.race([isSafe, this.pauseFor(withinMs)])
    this.safe.end()
    this.commits.drop()
  }

  /** The partitions are somebody else's already. */
  private lose(): void {
    this.readNoMore()
    this.safe.end()
    this.commits.drop()
  }

  private readNoMore(): readonly Partition[] {
    this.generation += 1
    const { partitions } = this
    this.partitions = []
    this.fetcher.read([])
    for (const one of partitions) expectPartition(this.context, one, false)
    return partitions
  }

  private takeTurn(): void {
    if (this.nextTurn !== undefined || this.isPaused || this.isStopped) return
    this.nextTurn = this.context.timers.after(0, () => {
      this.nextTurn = undefined
      this.passOn()
    })
  }

  /**
   * Every partition that has something gets its turn. Without word from the group for as long as a
   * session lasts they may be somebody else's by now: then they wait for word.
   */
  private passOn(): void {
    if (!this.member.isHeardOf) return this.member.beatNow()
    const ready = this.partitions.filter(({ isReady }) => isReady)
    const share = Math.max(1, Math.floor(turnMax / Math.max(1, ready.length)))
    for (const partition of ready) {
      if (this.isPaused || this.isStopped) return
      this.deliver(partition, share)
    }
    this.fetcher.goOn()
    if (this.partitions.some(({ isReady }) => isReady)) this.takeTurn()
  }

  /** Goes on with the partition once what its next record needs is there. */
  private waitFor(partition: Partition): void {
    void partition.waitsFor?.then(() => {
      partition.waitsFor = undefined
      if (!this.partitions.includes(partition)) return
      this.recovered()
      this.takeTurn()
    })
  }

  private deliver(partition: Partition, count: number): void {
    const { context, safe, generation } = this
    const { positions } = this.placement
    const from = partition.position
    const settled = safe.open(partition.name, from)
    let to = from
    context.deliver(
      () => {
        this.emitter.emit(partition, count)
        to = partition.position
        positions.set(partition.name, to)
        safe.wasRead(partition.name, to)
        this.waitFor(partition)
      },
      (error) => {
        const isAgain = settled(to, error)
        if (!isAgain || generation !== this.generation) return
        partition.seek(from)
        positions.set(partition.name, from)
        this.fetcher.goOn()
      },
    )
  }

  /**
   * Where the partition was to be read on there is nothing: what lies between there and what there is
   * has its place among what was fetched before, and is told of in its turn.
   */
  private async goBackInRange(partition: Partition): Promise<void> {
    const { name, topic, partition: number, fetchAt } = partition
    const { generation } = this
    try {
      const share = [{ topic, partitions: [number] }]
      const { cluster, links } = this
      const start = (await startPositions({ cluster, links }, share, 'earliest')).get(name) ?? 0
      if (generation !== this.generation || this.isStopped || partition.fetchAt !== fetchAt) return
      this.context.goesOn()
      if (start !== fetchAt) partition.add({ kind: 'gap', offset: fetchAt, nextOffset: start }, 0)
      this.takeTurn()
      this.fetcher.goOn()
    } catch (error) {
      this.failed(asKafkaError(error, this.cluster))
    }
  }

  /** The next commit says it all again; and our own state is what counts. */
  private notCommitted(error: unknown): void {
    const failure = asKafkaError(error, this.cluster)
    if (!isPassing(failure)) this.context.log.debug(`The group was not told: ${failure.message}`)
  }

  private failed(error: KafkaError): void {
    if (this.isStopped) return
    this.context.goesOn()
    if (this.problem?.message !== error.message) {
      this.context.log.warn(error.message, { code: error.code })
    }
    this.problem = error
    this.tell()
  }

  private recovered(): void {
    if (this.problem === undefined) return
    this.problem = undefined
    this.context.log.info(`Reads from ${this.cluster.name} again`)
    this.tell()
  }

  private tell(): void {
    const { problem, topics, partitions } = this
    const missed = this.emitter.missed.count
    const text = problem === undefined ? progressText(topics, partitions, missed) : problem.message
    if (text === this.said) return
    this.said = text
    const well = missed === 0 ? 'ok' : 'warning'
    const state = problem === undefined ? well : 'error'
    this.context.status({ state, text: text.slice(0, 200) })
  }

  private pauseFor(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.context.timers.after(delayMs, resolve))
  }
}

function asKafkaError(error: unknown, { name }: KafkaCluster): KafkaError {
  if (error instanceof KafkaError) return error
  if (error instanceof NodeError) return new KafkaError(error.code, error.message, { cause: error })
  return connectionError(error, { host: name, port: 0 })
}
