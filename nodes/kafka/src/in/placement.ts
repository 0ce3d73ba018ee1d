import type { Clock, KeyedState, Log, State } from '@millrace/sdk'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster, TopicInfo } from '../cluster/kafka-cluster.ts'
import type { TopicPartitions } from '../group/assign-ranges.ts'
import type { CommittedOffset } from '../group/group-offsets.ts'
import { nameOf, Partition } from './partition.ts'
import { startPositions } from './start-positions.ts'
import type { StartAt } from './start-positions.ts'

interface PlacementParts {
  readonly cluster: KafkaCluster
  readonly links: BrokerLinks
  readonly state: State
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
  /** How far the group has read. */
  readonly committed: (share: readonly TopicPartitions[]) => Promise<readonly CommittedOffset[]>
  /** Where partitions begin that nobody has read; throws where the configuration is wrong. */
  readonly startAt: () => StartAt
}

/** What is remembered of a topic, so as to know it again. */
interface KnownTopic {
  readonly id: string | undefined
  /** Partitions from this number on were added since. */
  readonly partitions: number
  /** Since when brokers said that there is no such topic, where that may have been a mistake. */
  readonly missingSinceMs?: number | undefined
}

interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Nothing of it was seen before. */
const newTopic: KnownTopic = { id: undefined, partitions: 0 }

export interface Placed {
  readonly partition: Partition
  /** Whether the group knows this position. */
  readonly isCommitted: boolean
}

export interface Placing {
  readonly placed: readonly Placed[]
  /**
   * Notes what was seen of the topics, together with taking the positions up: what is not taken up
   * has to be found new once more.
   */
  readonly remember: () => void
}

/** Finds out where each partition of a share is to be read on. */
export class Placement {
  /** The next record to be passed on, by name of the partition. */
  readonly positions: KeyedState<number>
  private readonly parts: PlacementParts
  private readonly identities: KeyedState<string>
  private readonly topics: KeyedState<KnownTopic>

  constructor(parts: PlacementParts) {
    this.parts = parts
    this.positions = parts.state.map('positions')
    this.identities = parts.state.map('identity')
    this.topics = parts.state.map('topics')
  }

  /**
   * A broker says that there is no such topic. One that was just started may be wrong: what is
   * written from now on is new in any case.
   */
  isMissing(topic: string): void {
    if (this.topics.get(topic) !== undefined) return
    const missingSinceMs = this.parts.clock.now()
    this.topics.set(topic, { id: undefined, partitions: 0, missingSinceMs })
  }

  /** There certainly is no such topic: all that will be in it is new. */
  isAbsent(topic: string): void {
    const known = this.topics.get(topic)
    if (known !== undefined && known.missingSinceMs === undefined) return
    this.topics.set(topic, { id: undefined, partitions: 0 })
  }

  /** Throws where brokers do not answer. */
  async place(share: readonly TopicPartitions[]): Promise<Placing> {
    const { cluster, committed } = this.parts
    const told = new Map<string, number>()
    for (const one of await committed(share)) told.set(nameOf(one.topic, one.partition), one.offset)
    const topics = await Promise.all(share.map(({ topic }) => cluster.topic(topic)))
    this.forgetOtherCluster()
    const anew = new Set(topics.filter((topic) => this.isMadeAnew(topic)).map(({ name }) => name))
    const all = share.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition, name: nameOf(topic, partition) })),
    )
    const known = new Map<string, number>()
    for (const { topic, name } of all) {
      const position = anew.has(topic) ? undefined : this.known(name, told.get(name))
      if (position !== undefined) known.set(name, position)
    }
    const begun = await this.beginAll(
      all.filter(({ name }) => !known.has(name)),
      anew,
    )
    const ids = new Map(topics.map(({ name, id }) => [name, id]))
    const placed = all.map(({ topic, partition, name }) => {
      const position = known.get(name) ?? begun.get(name) ?? 0
      const place = { topic, partition, topicId: ids.get(topic) }
      return { partition: new Partition(place, position), isCommitted: told.get(name) === position }
    })
    return { placed, remember: () => topics.forEach((topic) => this.remember(topic, anew)) }
  }

  /** What another member read meanwhile is not read again; what it repeats of ours neither. */
  private known(name: string, told: number | undefined): number | undefined {
    const own = this.positions.get(name)
    return own === undefined || told === undefined ? (own ?? told) : Math.max(own, told)
  }

  /** What is new since is read from its beginning, all else from where the configuration says. */
  private async beginAll(
    fresh: readonly TopicPartition[],
    anew: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, number>> {
    const kinds = Map.groupBy(fresh, ({ topic, partition }) => {
      const before = anew.has(topic) ? newTopic : this.topics.get(topic)
      if (before?.missingSinceMs !== undefined) return before.missingSinceMs
      return partition >= (before?.partitions ?? Infinity) ? 'new' : 'usual'
    })
    const begun = new Map<string, number>()
    for (const [kind, some] of kinds) {
      // oxlint-disable-next-line no-await-in-loop -- hardly ever more than one
      for (const [name, at] of await this.begin(some, this.startOf(kind))) begun.set(name, at)
    }
    return begun
  }

  private startOf(kind: 'new' | 'usual' | number): StartAt {
    if (kind === 'new') return 'earliest'
    const usual = this.parts.startAt()
    if (kind === 'usual' || usual === 'earliest') return usual
    return { timeMs: usual === 'latest' ? kind : Math.min(kind, usual.timeMs) }
  }

  private async begin(
    fresh: readonly TopicPartition[],
    startAt: StartAt,
  ): Promise<ReadonlyMap<string, number>> {
    const share = [...Map.groupBy(fresh, ({ topic }) => topic)].map(([topic, all]) => ({
      topic,
      partitions: all.map(({ partition }) => partition),
    }))
    const { cluster, links } = this.parts
    return startPositions({ cluster, links }, share, startAt)
  }

  /** Positions in one cluster mean nothing in another. */
  private forgetOtherCluster(): void {
    const { id } = this.parts.cluster
    const before = this.identities.get('cluster')
    if (id === undefined || id === before) return
    this.identities.set('cluster', id)
    if (before === undefined || this.positions.size === 0) return
    this.positions.clear()
    this.topics.clear()
    this.parts.log.warn('This is another Kafka cluster than before: begins anew there.')
  }

  private isMadeAnew({ name, id }: TopicInfo): boolean {
    const before = this.topics.get(name)?.id
    return before !== undefined && id !== undefined && before !== id
  }

  private remember({ name, id, leaders }: TopicInfo, anew: ReadonlySet<string>): void {
    const before = this.topics.get(name)
    if (anew.has(name)) this.forgetPositions(name)
    const { length } = leaders
    const isSame = before?.id === id && before?.partitions === length
    if (isSame && before?.missingSinceMs === undefined) return
    this.topics.set(name, { id: id ?? before?.id, partitions: length })
  }

  private forgetPositions(topic: string): void {
    const { log } = this.parts
    for (const name of [...this.positions.keys()].map(String))
      if (name.startsWith(`${topic}/`)) this.positions.delete(name)
    const text = `Topic "${topic}" was deleted and made anew: begins with its oldest message.`
    log.warn(text, { code: 'KAFKA_TOPIC_MADE_ANEW', topic })
  }
}
