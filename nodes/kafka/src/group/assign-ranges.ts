/** A member of a consumer group, and the topics that it reads. */
export interface Member {
  readonly id: string
  readonly topics: readonly string[]
}

export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

/**
 * Shares partitions among the members: of each topic every member gets a stretch of equal length,
 * as Kafka's own range assignor does, so that the same partitions of several topics go together.
 */
export function assignRanges(
  members: readonly Member[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartitions[]> {
  const shares = new Map<string, TopicPartitions[]>(members.map(({ id }) => [id, []]))
  for (const [topic, count] of partitionCounts) {
    const readers = members.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id)
    readers.sort()
    for (const [at, id] of readers.entries()) {
      const first = Math.ceil((count * at) / readers.length)
      const end = Math.ceil((count * (at + 1)) / readers.length)
      if (first === end) continue
      const partitions = Array.from({ length: end - first }, (_, index) => first + index)
      shares.get(id)?.push({ topic, partitions })
    }
  }
  return shares
}
