import { metadataV8 } from '@platformatic/kafka'
import type { Finding } from '@millrace/reach'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { brokerError, reasonOf } from '../cluster/kafka-error.ts'
import { nameOf } from '../in/partition.ts'
import { startPositions } from '../in/start-positions.ts'
import { fetchApi } from '../wire/fetch-api.ts'
import { readBatches } from '../wire/read-batches.ts'
import type { KafkaRecord } from '../wire/record.ts'

interface Reader {
  readonly cluster: KafkaCluster
  readonly links: BrokerLinks
}

interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Topics that are looked into. */
const topicsMax = 10

const fetchOptions = {
  maxWaitMs: 1_000,
  minBytes: 1,
  maxBytes: 65_536,
  partitionMaxBytes: 65_536,
  isReadCommitted: true,
}

/**
 * Reads the oldest record of the first topic that has one, as part of no group. That none can be
 * read means little: a user may be let in to write alone.
 */
export async function seeMessage(cluster: KafkaCluster): Promise<string | Finding> {
  const links = cluster.openLinks()
  try {
    const names = await topicsOf(cluster)
    return await firstOf(names, (topic) => oldestOf({ cluster, links }, topic))
  } finally {
    await cluster.closeLinks(links)
  }
}

/** What a read message says, else why none could be read. */
export async function firstOf(
  names: readonly string[],
  look: (topic: string) => Promise<string | undefined>,
): Promise<string | Finding> {
  let refusal: string | undefined
  for (const topic of names) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- the first that has one will do
      const found = await look(topic)
      if (found !== undefined) return found
    } catch (error) {
      refusal ??= `${topic} cannot be read: ${error instanceof Error ? error.message : ''}`
    }
  }
  if (names.length === 0) return skipped('There is no topic to read.')
  return skipped(refusal ?? 'The topics are empty.')
}

async function topicsOf(cluster: KafkaCluster): Promise<readonly string[]> {
  const { topics } = await cluster.askAny(metadataV8.api, null, false, false, false)
  const names = topics.flatMap(({ isInternal, name }) => (isInternal ? [] : [name ?? '']))
  return names.toSorted().slice(0, topicsMax)
}

async function oldestOf(reader: Reader, topic: string): Promise<string | undefined> {
  const place = await firstPlace(reader, topic)
  const record = place === undefined ? undefined : await readAt(reader, place)
  if (place === undefined || record === undefined) return undefined
  const bytes = record.value?.length ?? 0
  return `Read one of ${bytes} bytes from ${topic}, partition ${place.partition}`
}

/** Where the oldest record of the topic's first partition that has any is. */
async function firstPlace(reader: Reader, topic: string): Promise<Place | undefined> {
  const { leaders } = await reader.cluster.topic(topic)
  const share = [{ topic, partitions: [...leaders.keys()] }]
  const starts = await startPositions(reader, share, 'earliest')
  const ends = await startPositions(reader, share, 'latest')
  for (const partition of leaders.keys()) {
    const offset = starts.get(nameOf(topic, partition)) ?? 0
    const end = ends.get(nameOf(topic, partition)) ?? 0
    if (offset < end) return { topic, partition, offset }
  }
  return undefined
}

async function readAt(
  { cluster, links }: Reader,
  { topic, partition, offset }: Place,
): Promise<KafkaRecord | undefined> {
  const { leaders } = await cluster.topic(topic)
  const broker = cluster.broker(leaders[partition] ?? -1)
  if (broker === undefined) throw brokerError('LEADER_NOT_AVAILABLE')
  const wanted = [{ topic, partition, offset }]
  const answer = await links.ask(broker, fetchApi, fetchOptions, wanted)
  const [fetched] = answer.partitions
  if (fetched === undefined) return undefined
  if (fetched.errorCode !== 0) throw brokerError(fetched.errorCode, reasonOf(fetched.errorCode))
  for (const batch of readBatches(fetched.records, fetched.aborted)) {
    if (batch.kind === 'records' && batch.records.hasMore) return batch.records.next()
  }
  return undefined
}

const skipped = (text: string): Finding => ({ outcome: 'skipped', text })
