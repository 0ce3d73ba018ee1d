import { Admin, Producer } from '@platformatic/kafka'

/** A partition of a topic, and an offset in it. */
export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const earliest = -2n

/** The oldest offset that the broker keeps, of so many partitions of each topic. */
export async function oldestOffsets(
  address: string,
  topics: readonly string[],
  partitions: number,
): Promise<readonly PartitionOffset[]> {
  const all = Array.from({ length: partitions }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: earliest,
  }))
  const found = await withAdmin(address, (admin) =>
    admin.listOffsets({ topics: topics.map((name) => ({ name, partitions: all })) }),
  )
  return found.flatMap(({ name: topic, partitions: listed }) =>
    listed.map(({ partitionIndex: partition, offset }) => ({
      topic,
      partition,
      offset: Number(offset),
    })),
  )
}

/** Deletes what lies before the offset, as retention does. */
export async function deleteRecords(
  address: string,
  { topic, partition, offset }: PartitionOffset,
): Promise<void> {
  await withAdmin(address, (admin) =>
    admin.deleteRecords({
      topics: [{ name: topic, partitions: [{ partition, offset: BigInt(offset) }] }],
    }),
  )
}

/** Gives a topic more partitions, so many in all. */
export async function addPartitions(address: string, topic: string, count: number): Promise<void> {
  await withAdmin(address, (admin) => admin.createPartitions({ topics: [{ name: topic, count }] }))
}

/** Writes so many empty records that say to be of that time. */
export async function writeAt(
  address: string,
  {
    topic,
    timeMs,
    count,
  }: { readonly topic: string; readonly timeMs: number; readonly count: number },
): Promise<void> {
  const producer = new Producer({ clientId: 'tests', bootstrapBrokers: [address] })
  try {
    const one = { topic, timestamp: BigInt(timeMs), value: Buffer.from('{}') }
    await producer.send({ acks: -1, messages: Array.from({ length: count }, () => one) })
  } finally {
    await producer.close()
  }
}

async function withAdmin<Result>(
  address: string,
  run: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address] })
  try {
    return await run(admin)
  } finally {
    await admin.close()
  }
}
