import { findCoordinatorV2, metadataV12, metadataV8 } from '@platformatic/kafka'
import type { API, ConnectionOptions } from '@platformatic/kafka'
import type { Clock, Log, Timers } from '@millrace/sdk'
import { BrokerLinks } from './broker-links.ts'
import { BrokerVersions } from './broker-versions.ts'
import type { RequestVersion } from './broker-versions.ts'
import { brokerError, KafkaError, reasonOf, unknownTopic } from './kafka-error.ts'
import type { BrokerPlace } from './kafka-error.ts'

export interface ClusterOptions {
  readonly brokers: readonly BrokerPlace[]
  readonly clientId: string
  readonly connectionOptions: (place: BrokerPlace) => ConnectionOptions
  readonly createsTopics: boolean
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

export interface TopicInfo {
  readonly name: string
  /** A topic that is deleted and made anew has another; undefined before Kafka 3.1. */
  readonly id: string | undefined
  /** The broker that leads each partition; −1 where none does at the moment. */
  readonly leaders: readonly number[]
}

export type CoordinatorKind = 'group' | 'transaction'

/** What is known of a topic is asked for again after so long, for new partitions. */
const staleAfterMs = 300_000
/** A broker that holds a request back is given up after so much longer than it was asked to. */
export const patienceMs = 30_000

interface KnownTopic extends TopicInfo {
  readonly asOf: number
}

/** A Kafka cluster: its brokers, who leads what, and network connections to them. */
export class KafkaCluster {
  /** For sentences: the brokers as they were given. */
  readonly name: string
  /** By which the cluster knows itself; undefined until it was asked for anything. */
  id: string | undefined
  private readonly options: ClusterOptions
  private readonly topics = new Map<string, KnownTopic>()
  private readonly asking = new Map<string, Promise<TopicInfo>>()
  private readonly opened = new Set<BrokerLinks>()
  private readonly control: BrokerLinks
  private readonly versions: BrokerVersions
  private places: ReadonlyMap<number, BrokerPlace> = new Map()
  private nextBootstrap = 0

  constructor(options: ClusterOptions) {
    this.options = options
    this.name = options.brokers.map(({ host, port }) => `${host}:${port}`).join(', ')
    this.control = this.openLinks()
    this.versions = new BrokerVersions(this.control)
  }

  /** Network connections of their own, so that requests that wait do not hold up others. */
  openLinks(requestTimeoutMs = patienceMs): BrokerLinks {
    const { clientId, connectionOptions } = this.options
    const links = new BrokerLinks(clientId, (place) => ({
      ...connectionOptions(place),
      requestTimeout: requestTimeoutMs,
    }))
    this.opened.add(links)
    return links
  }

  async closeLinks(links: BrokerLinks): Promise<void> {
    this.opened.delete(links)
    await links.close()
  }

  async close(): Promise<void> {
    await Promise.all([...this.opened].map((links) => links.close()))
  }

  /** What is known of a topic without asking. */
  known(topic: string): TopicInfo | undefined {
    return this.topics.get(topic)
  }

  /** Asks for the topic where it is not known or that was long ago. Throws where there is none. */
  async topic(name: string): Promise<TopicInfo> {
    const known = this.topics.get(name)
    if (known !== undefined && this.now - known.asOf < staleAfterMs) return known
    const asked = this.asking.get(name) ?? this.askForTopic(name)
    this.asking.set(name, asked)
    try {
      return await asked
    } finally {
      this.asking.delete(name)
    }
  }

  /** What was known turned out to be wrong. */
  forgetTopic(name: string): void {
    this.topics.delete(name)
  }

  /** Where a broker is; undefined where it has gone since. */
  broker(id: number): BrokerPlace | undefined {
    return this.places.get(id)
  }

  async coordinator(kind: CoordinatorKind, key: string): Promise<BrokerPlace> {
    const keyType = kind === 'group' ? 0 : 1
    const { coordinators } = await this.askAny(findCoordinatorV2.api, keyType, [key])
    const [found] = coordinators
    if (found === undefined) throw brokerError('COORDINATOR_NOT_AVAILABLE')
    if (found.errorCode !== 0) throw brokerError(found.errorCode, found.errorMessage)
    return { host: found.host, port: found.port }
  }

  /** Asks for these topics anew; those that there are not are left out. */
  async refresh(names: readonly string[]): Promise<readonly TopicInfo[]> {
    const { createsTopics } = this.options
    const answer = await this.askFirst(async (place) =>
      (await this.versions.knows(place, metadataV12.api))
        ? this.control.ask(place, metadataV12.api, [...names], createsTopics, false)
        : this.control.ask(place, metadataV8.api, [...names], createsTopics, false, false),
    )
    this.id = answer.clusterId ?? this.id
    this.places = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    const found: TopicInfo[] = []
    for (const { name: given, topicId, errorCode, partitions } of answer.topics) {
      const name = given ?? ''
      const reason = reasonOf(errorCode)
      if (reason === 'UNKNOWN_TOPIC_OR_PARTITION') this.topics.delete(name)
      else if (reason !== 'NONE') throw topicError(name, errorCode)
      else found.push(this.keep(name, topicId, partitions))
    }
    return found
  }

  /** Whether a broker knows the request in this version. */
  knows(place: BrokerPlace, request: RequestVersion): Promise<boolean> {
    return this.versions.knows(place, request)
  }

  /** The broker failed: when it is back it may know other requests. */
  failed(place: BrokerPlace): void {
    this.versions.forget(place)
  }

  /** Asks the broker that answers first, beginning with the one that did so last. */
  askAny<Args extends unknown[], Answer>(api: API<Args, Answer>, ...args: Args): Promise<Answer> {
    return this.askFirst((place) => this.control.ask(place, api, ...args))
  }

  private async askFirst<Answer>(ask: (place: BrokerPlace) => Promise<Answer>): Promise<Answer> {
    let failure: unknown
    for (const place of this.candidates()) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one after the other until one answers
        return await ask(place)
      } catch (error) {
        failure = error
        this.nextBootstrap += 1
        this.failed(place)
      }
    }
    throw failure
  }

  private get now(): number {
    return this.options.clock.monotonic()
  }

  private candidates(): readonly BrokerPlace[] {
    const { brokers } = this.options
    const at = this.nextBootstrap % brokers.length
    const inTurn = [...brokers.slice(at), ...brokers.slice(0, at)]
    // Where all that were given have gone, those that were heard of since may still be there.
    return [...inTurn, ...this.places.values()].slice(0, candidatesMax)
  }

  private async askForTopic(name: string): Promise<TopicInfo> {
    const [found] = await this.refresh([name])
    if (found === undefined) throw unknownTopic(name)
    return found
  }

  private keep(
    name: string,
    topicId: string,
    partitions: readonly { readonly partitionIndex: number; readonly leaderId: number }[],
  ): TopicInfo {
    const leaders: number[] = Array.from({ length: partitions.length }, () => -1)
    for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId
    const id = topicId === noId ? undefined : topicId
    const topic = { name, id, leaders, asOf: this.now }
    if (this.topics.size >= topicsMax) this.topics.clear()
    this.topics.set(name, topic)
    return topic
  }
}

const candidatesMax = 6
const noId = '00000000-0000-0000-0000-000000000000'
const topicsMax = 10_000

function topicError(name: string, errorCode: number): KafkaError {
  const { code, message, reason } = brokerError(errorCode)
  return new KafkaError(code, `${message.replace(/\.$/, '')} (topic "${name}").`, { reason })
}
