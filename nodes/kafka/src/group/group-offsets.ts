import { offsetCommitV7, offsetFetchV7 } from '@platformatic/kafka'
import type { TopicPartitions } from './assign-ranges.ts'
import type { Coordinator } from './coordinator.ts'

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Who commits, as the group knows it. */
export interface MemberName {
  readonly groupId: string
  readonly generation: number
  readonly memberId: string
  readonly instanceId: string | null
}

/** Tells the group how far its partitions were read. Throws a `KafkaError`. */
export async function commitOffsets(
  coordinator: Coordinator,
  { groupId, generation, memberId, instanceId }: MemberName,
  offsets: readonly CommittedOffset[],
): Promise<void> {
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: null,
    })),
  }))
  const { api } = offsetCommitV7
  const answer = await coordinator.ask(api, groupId, generation, memberId, instanceId, topics)
  for (const { partitions } of answer.topics)
    for (const { errorCode } of partitions)
      if (errorCode !== 0) throw coordinator.refusal(errorCode)
}

/** How far the group has read; partitions of which nothing is known are left out. */
export async function committedOffsets(
  coordinator: Coordinator,
  groupId: string,
  share: readonly TopicPartitions[],
): Promise<readonly CommittedOffset[]> {
  const topics = share.map(({ topic, partitions }) => ({
    name: topic,
    partitionIndexes: [...partitions],
  }))
  // Offsets that are still part of an open transaction are waited for.
  const answer = await coordinator.ask(offsetFetchV7.api, [{ groupId, topics }], true)
  if (answer.errorCode !== 0) throw coordinator.refusal(answer.errorCode)
  return answer.topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ partitionIndex, committedOffset, errorCode }) => {
      if (errorCode !== 0) throw coordinator.refusal(errorCode)
      const offset = Number(committedOffset)
      return offset < 0 ? [] : [{ topic: name, partition: partitionIndex, offset }]
    }),
  )
}
