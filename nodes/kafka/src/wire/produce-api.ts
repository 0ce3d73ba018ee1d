import { createAPI, Writer } from '@platformatic/kafka'
import type { API, Reader } from '@platformatic/kafka'

export interface ProducePartition {
  readonly topic: string
  readonly partition: number
  readonly batch: Buffer
}

export interface ProduceOptions {
  readonly transactionalId: string | null
  readonly timeoutMs: number
}

export interface ProducedPartition {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  /** Where the first record stands; −1 where none was written now. */
  readonly baseOffset: number
  /** The oldest that the broker keeps of the partition. */
  readonly logStart: number
  /** Indexes of records that the broker will never take, with its reason. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[]
  readonly message: string | null
}

const allReplicas = -1

/** Produce, version 8, acknowledged by all replicas in sync. */
export const produceApi: API<
  [ProduceOptions, readonly ProducePartition[]],
  readonly ProducedPartition[]
> = createAPI(
  0,
  8,
  createRequest,
  (_correlation: number, _key: number, _version: number, reader: Reader) => readResponse(reader),
  false,
  false,
)

function createRequest(
  { transactionalId, timeoutMs }: ProduceOptions,
  produced: readonly ProducePartition[],
): Writer {
  const topics = [...Map.groupBy(produced, ({ topic }) => topic)]
  return Writer.create()
    .appendString(transactionalId, false)
    .appendInt16(allReplicas)
    .appendInt32(timeoutMs)
    .appendArray(
      topics,
      (writer, [topic, partitions]) => {
        writer.appendString(topic, false).appendArray(
          partitions,
          (inner, { partition, batch }) => {
            inner.appendInt32(partition).appendInt32(batch.length).append(batch)
          },
          false,
          false,
        )
      },
      false,
      false,
    )
}

function readResponse(reader: Reader): readonly ProducedPartition[] {
  const topics = reader.readArray(
    (one) => {
      const topic = one.readString(false)
      return one.readArray((inner) => readPartition(topic, inner), false, false)
    },
    false,
    false,
  )
  reader.readInt32()
  return topics.flat()
}

function readPartition(topic: string, reader: Reader): ProducedPartition {
  const partition = reader.readInt32()
  const errorCode = reader.readInt16()
  const baseOffset = Number(reader.readInt64())
  reader.readInt64()
  const logStart = Number(reader.readInt64())
  const refused = reader.readArray(
    (one) => ({ index: one.readInt32(), reason: one.readNullableString(false) ?? '' }),
    false,
    false,
  )
  const message = reader.readNullableString(false)
  return { topic, partition, errorCode, baseOffset, logStart, refused, message }
}
