import type { KeyedState, Log, State } from '@millrace/sdk'
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
}

export interface Placed {
  readonly partition: Partition
  /** Whether the group knows this position. */
  readonly isCommitted: boolean
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

  /** There is no such topic: all that will be in it is new. */
  isMissing(topic: string): void {
    if (this.topics.get(topic) === undefined)
      this.topics.set(topic, { id: undefined, partitions: 0 })
  }

  /** Throws where brokers do not answer. */
  async place(share: readonly TopicPartitions[]): Promise<readonly Placed[]> {
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
    const fresh = all.filter(({ name }) => !known.has(name))
    const isNew = ({ topic, partition }: { topic: string; partition: number }): boolean =>
      anew.has(topic) || partition >= (this.topics.get(topic)?.partitions ?? Infinity)
    const begun = new Map([
      ...(await this.begin(fresh.filter(isNew), 'earliest')),
      ...(await this.begin(
        fresh.filter((one) => !isNew(one)),
        undefined,
      )),
    ])
    for (const topic of topics) this.remember(topic, anew)
    const ids = new Map(topics.map(({ name, id }) => [name, id]))
    return all.map(({ topic, partition, name }) => {
      const position = known.get(name) ?? begun.get(name) ?? 0
      const place = { topic, partition, topicId: ids.get(topic) }
      return { partition: new Partition(place, position), isCommitted: told.get(name) === position }
    })
  }

  /** What another member read meanwhile is not read again; what it repeats of ours neither. */
  private known(name: string, told: number | undefined): number | undefined {
    const own = this.positions.get(name)
    return own === undefined || told === undefined ? (own ?? told) : Math.max(own, told)
  }

  private async begin(
    fresh: readonly { readonly topic: string; readonly partition: number }[],
    startAt: StartAt | undefined,
  ): Promise<ReadonlyMap<string, number>> {
    if (fresh.length === 0) return new Map()
    const share = [...Map.groupBy(fresh, ({ topic }) => topic)].map(([topic, all]) => ({
      topic,
      partitions: all.map(({ partition }) => partition),
    }))
    const { cluster, links } = this.parts
    return startPositions({ cluster, links }, share, startAt ?? this.parts.startAt())
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
    if (before?.id === id && before?.partitions === leaders.length) return
    this.topics.set(name, { id: id ?? before?.id, partitions: leaders.length })
  }

  private forgetPositions(topic: string): void {
    const { log } = this.parts
    for (const name of [...this.positions.keys()].map(String))
      if (name.startsWith(`${topic}/`)) this.positions.delete(name)
    const text = `Topic "${topic}" was deleted and made anew: begins with its oldest message.`
    log.warn(text, { code: 'KAFKA_TOPIC_MADE_ANEW', topic })
  }
}
