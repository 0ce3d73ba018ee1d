import { listOffsetsV5 } from '@platformatic/kafka'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { brokerError } from '../cluster/kafka-error.ts'
import type { TopicPartitions } from '../group/assign-ranges.ts'
import { nameOf } from './partition.ts'

/** Where partitions begin that were never read: as the broker numbers them, or a time. */
export type StartAt = 'earliest' | 'latest' | { readonly timeMs: number }

const earliest = -2n
const latest = -1n

/** Asks the brokers where to begin, by name of the partition. */
export async function startPositions(
  { cluster, links }: { readonly cluster: KafkaCluster; readonly links: BrokerLinks },
  share: readonly TopicPartitions[],
  startAt: StartAt,
): Promise<ReadonlyMap<string, number>> {
  const timestamp = timestampOf(startAt)
  const found = await listOffsets({ cluster, links }, share, timestamp)
  const missing = share.flatMap(({ topic, partitions }) => {
    const late = partitions.filter((partition) => (found.get(nameOf(topic, partition)) ?? -1) < 0)
    return late.length > 0 ? [{ topic, partitions: late }] : []
  })
  if (missing.length === 0) return found
  // There is nothing from that time on: what comes next will be.
  return new Map([...found, ...(await listOffsets({ cluster, links }, missing, latest))])
}

function timestampOf(startAt: StartAt): bigint {
  if (startAt === 'earliest') return earliest
  return startAt === 'latest' ? latest : BigInt(Math.round(startAt.timeMs))
}

async function listOffsets(
  { cluster, links }: { readonly cluster: KafkaCluster; readonly links: BrokerLinks },
  share: readonly TopicPartitions[],
  timestamp: bigint,
): Promise<ReadonlyMap<string, number>> {
  const wanted = share.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )
  const topics = await Promise.all(share.map(({ topic }) => cluster.topic(topic)))
  const leaders = new Map(topics.map((topic) => [topic.name, topic.leaders]))
  const byLeader = Map.groupBy(
    wanted,
    ({ topic, partition }) => leaders.get(topic)?.[partition] ?? -1,
  )
  const offsets = new Map<string, number>()
  for (const [leader, led] of byLeader) {
    const place = cluster.broker(leader)
    if (place === undefined) throw noLeader(cluster, share)
    const asked = [...Map.groupBy(led, ({ topic }) => topic)].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: -1,
        timestamp,
      })),
    }))
    // oxlint-disable-next-line no-await-in-loop -- few brokers, once in a while
    const answer = await links.ask(place, listOffsetsV5.api, -1, 1, asked)
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, errorCode, offset } of partitions) {
        if (errorCode !== 0) {
          cluster.forgetTopic(name)
          throw brokerError(errorCode)
        }
        offsets.set(nameOf(name, partitionIndex), Number(offset))
      }
    }
  }
  return offsets
}

function noLeader(cluster: KafkaCluster, share: readonly TopicPartitions[]): Error {
  for (const { topic } of share) cluster.forgetTopic(topic)
  return brokerError('LEADER_NOT_AVAILABLE')
}
