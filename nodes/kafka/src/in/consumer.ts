import { randomUUID } from 'node:crypto'
import { NodeError } from '@millrace/sdk'
import type { KeyedState, SourceContext, Timer } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { connectionError, isPassing, KafkaError } from '../cluster/kafka-error.ts'
import type { TopicPartitions } from '../group/assign-ranges.ts'
import { GroupMember } from '../group/group-member.ts'
import type { kafkaInDescriptor } from './descriptor.ts'
import { Fetcher } from './fetcher.ts'
import { GroupCommits } from './group-commits.ts'
import { keyReader } from './key-reader.ts'
import { nameOf, Partition } from './partition.ts'
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
  /** The next record to be passed on, by name of the partition. */
  private readonly positions: KeyedState<number>
  private readonly safe: SafePositions
  private readonly emitter: RecordEmitter
  private partitions: readonly Partition[] = []
  private generation = 0
  private nextTurn: Timer | undefined
  private isPaused = false
  private isStopped = false
  private problem: KafkaError | undefined
  private said = ''
  private readonly commits: GroupCommits

  constructor(context: Context, cluster: KafkaCluster) {
    const { config, clock, timers } = context
    this.context = context
    this.cluster = cluster
    const names = [config.topic, ...config.moreTopics.map(({ topic }) => topic)]
    this.topics = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
    this.positions = context.state.map('positions')
    const onTrouble = (error: NodeError) => this.failed(asKafkaError(error, cluster))
    this.emitter = new RecordEmitter(context, {
      key: keyReader(context, onTrouble),
      value: valueReader(context, onTrouble),
    })
    this.safe = new SafePositions(context.isDurable, (positions) => this.commits.add(positions))
    this.links = cluster.openLinks()
    const isReadCommitted = config.isolation === 'committed'
    const { fetchWaitMs, fetchBytes } = config
    this.fetcher = new Fetcher(
      { cluster, fetchWaitMs, fetchBytes, isReadCommitted, clock, timers },
      {
        fetched: () => this.takeTurn(),
        outOfRange: (partition) => void this.goBackInRange(partition),
        failed: (error) => this.failed(error),
        succeeded: () => this.recovered(),
      },
    )
    this.member = this.makeMember()
    this.commits = new GroupCommits(this.member, (error) => this.notCommitted(error))
  }

  start(): void {
    this.context.status({ state: 'connecting', text: `Connects to ${this.cluster.name}` })
    this.member.start()
    this.context.timers.every(statusEveryMs, () => this.tell())
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
    this.safe.stored((name) => this.positions.get(name))
  }

  async close(): Promise<void> {
    if (!this.isStopped) this.stop()
    await Promise.race([this.commits.done, this.pauseFor(commitWithinMs)])
    await this.member.close()
    await this.fetcher.close()
    await this.cluster.closeLinks(this.links)
  }

  private makeMember(): GroupMember {
    const { config, timers, isDurable, flow, id } = this.context
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
        timers,
      },
      {
        assigned: (share) => void this.begin(share),
        revoked: () => this.giveBack(),
        lost: () => this.lose(),
        failed: (error) => this.failed(error),
      },
    )
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
        const partitions = await this.place(share)
        if (generation !== this.generation || this.isStopped) return
        this.context.goesOn()
        this.read(partitions)
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

  private async place(share: readonly TopicPartitions[]): Promise<readonly Partition[]> {
    const committed = await this.member.committed(share)
    this.forgetOtherCluster()
    const known = new Map<string, number>()
    for (const { topic, partition, offset } of committed)
      known.set(nameOf(topic, partition), offset)
    for (const { topic, partitions } of share) {
      for (const partition of partitions) {
        const name = nameOf(topic, partition)
        const own = this.positions.get(name)
        // What another member read meanwhile is not read again; what it repeats of ours neither.
        if (own !== undefined) known.set(name, Math.max(own, known.get(name) ?? 0))
      }
    }
    const unknown = share.flatMap(({ topic, partitions }) => {
      const fresh = partitions.filter((partition) => !known.has(nameOf(topic, partition)))
      return fresh.length > 0 ? [{ topic, partitions: fresh }] : []
    })
    const begun =
      unknown.length === 0
        ? new Map<string, number>()
        : await startPositions(this.brokers, unknown, this.startAt())
    return share.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => {
        const name = nameOf(topic, partition)
        return new Partition(topic, partition, known.get(name) ?? begun.get(name) ?? 0)
      }),
    )
  }

  /** Positions in one cluster mean nothing in another. */
  private forgetOtherCluster(): void {
    const { id } = this.cluster
    const identities = this.context.state.map<string>('identity')
    const before = identities.get('cluster')
    if (id === undefined || id === before) return
    identities.set('cluster', id)
    if (before === undefined || this.positions.size === 0) return
    this.positions.clear()
    this.context.log.warn('This is another Kafka cluster than before: begins anew there.')
  }

  private get brokers(): { readonly cluster: KafkaCluster; readonly links: BrokerLinks } {
    return { cluster: this.cluster, links: this.links }
  }

  private startAt(): StartAt {
    const { startAt, startTime } = this.context.config
    if (startAt !== 'time') return startAt
    const timeMs = Date.parse(startTime)
    if (!Number.isNaN(timeMs)) return { timeMs }
    const text = `"${startTime}" is no time: give ISO 8601 text such as 2026-01-31T08:00:00Z under From.`
    throw new KafkaError('KAFKA_START_TIME', text)
  }

  private read(partitions: readonly Partition[]): void {
    this.partitions = partitions
    if (partitions.length > 0) this.problem = undefined
    for (const one of partitions) {
      this.positions.set(one.name, one.position)
      this.safe.begin(one.name, one.position)
      this.expect(one, true)
    }
    this.fetcher.read(partitions)
    this.tell()
  }

  private expect({ topic, partition }: Partition, isExpected: boolean): void {
    this.context.expect({ payload: undefined, topic, partition }, isExpected)
  }

  /** The partitions will be shared anew: nothing more of them, and the group learns how far we came. */
  private async giveBack(): Promise<void> {
    const given = this.readNoMore()
    if (given.length === 0) return
    await Promise.race([this.safe.whenSafe(), this.pauseFor(safeWithinMs)])
    await this.commits.done
    this.safe.end()
  }

  /** The partitions are somebody else's already. */
  private lose(): void {
    this.readNoMore()
    this.safe.end()
  }

  private readNoMore(): readonly Partition[] {
    this.generation += 1
    const { partitions } = this
    this.partitions = []
    this.fetcher.read([])
    for (const one of partitions) this.expect(one, false)
    return partitions
  }

  private takeTurn(): void {
    if (this.nextTurn !== undefined || this.isPaused || this.isStopped) return
    this.nextTurn = this.context.timers.after(0, () => {
      this.nextTurn = undefined
      this.passOn()
    })
  }

  /** Every partition that has something gets its turn. */
  private passOn(): void {
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
    const { context, positions, safe } = this
    const { generation } = this
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

  /** Records were deleted before they were read, or the topic was made anew. */
  private async goBackInRange(partition: Partition): Promise<void> {
    const { name, topic, partition: number, position } = partition
    const { generation } = this
    try {
      const share = [{ topic, partitions: [number] }]
      const start = (await startPositions(this.brokers, share, 'earliest')).get(name) ?? 0
      if (generation !== this.generation || this.isStopped) return
      this.context.goesOn()
      const what =
        start > position
          ? `${start - position} messages of ${name} were deleted before they were read`
          : `${name} ends before offset ${position}: the topic was probably made anew`
      this.context.log.warn(`${what}; goes on at offset ${start}.`)
      partition.seek(start)
      this.positions.set(name, start)
      this.safe.begin(name, start)
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
    const { problem } = this
    const text =
      problem === undefined ? progressText(this.topics, this.partitions) : problem.message
    if (text === this.said) return
    this.said = text
    const state = problem === undefined ? 'ok' : 'error'
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
