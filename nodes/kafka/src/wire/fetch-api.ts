import { createAPI, Writer } from '@platformatic/kafka'
import type { API, Reader } from '@platformatic/kafka'
import type { AbortedTransaction } from './read-batches.ts'

export interface FetchPartition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface FetchOptions {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly partitionMaxBytes: number
  readonly isReadCommitted: boolean
}

export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  /** Where the next record will be written; with read committed, that can be read. */
  readonly end: number
  /** The oldest that is kept. */
  readonly start: number
  readonly aborted: readonly AbortedTransaction[]
  readonly records: Buffer
}

export interface FetchResponse {
  readonly errorCode: number
  readonly partitions: readonly FetchedPartition[]
}

/** Fetch, version 11, without a session: each request says all that it wants. */
export const fetchApi: API<[FetchOptions, readonly FetchPartition[]], FetchResponse> = createAPI(
  1,
  11,
  createRequest,
  (_correlation: number, _key: number, _version: number, reader: Reader) => readResponse(reader),
  false,
  false,
)

const consumer = -1
const noSession = 0
const finalEpoch = -1

function createRequest(options: FetchOptions, wanted: readonly FetchPartition[]): Writer {
  const topics = [...Map.groupBy(wanted, ({ topic }) => topic)]
  return Writer.create()
    .appendInt32(consumer)
    .appendInt32(options.maxWaitMs)
    .appendInt32(options.minBytes)
    .appendInt32(options.maxBytes)
    .appendInt8(options.isReadCommitted ? 1 : 0)
    .appendInt32(noSession)
    .appendInt32(finalEpoch)
    .appendArray(
      topics,
      (writer, [topic, partitions]) => {
        writer.appendString(topic, false).appendArray(
          partitions,
          (inner, { partition, offset }) => {
            inner
              .appendInt32(partition)
              .appendInt32(-1)
              .appendInt64(BigInt(offset))
              .appendInt64(-1n)
              .appendInt32(options.partitionMaxBytes)
          },
          false,
          false,
        )
      },
      false,
      false,
    )
    .appendArray([], () => undefined, false, false)
    .appendString('', false)
}

function readResponse(reader: Reader): FetchResponse {
  reader.readInt32()
  const errorCode = reader.readInt16()
  reader.readInt32()
  const topics = reader.readArray(
    (one) => {
      const topic = one.readString(false)
      return one.readArray((inner) => readPartition(topic, inner), false, false)
    },
    false,
    false,
  )
  return { errorCode, partitions: topics.flat() }
}

const nothing = Buffer.alloc(0)

function readPartition(topic: string, reader: Reader): FetchedPartition {
  const partition = reader.readInt32()
  const errorCode = reader.readInt16()
  const highWatermark = Number(reader.readInt64())
  const lastStable = Number(reader.readInt64())
  const start = Number(reader.readInt64())
  const aborted = reader.readNullableArray(readAborted, false, false) ?? []
  reader.readInt32()
  const records = reader.readNullableBytes(false) ?? nothing
  const end = lastStable >= 0 ? lastStable : highWatermark
  return { topic, partition, errorCode, end, start, aborted, records }
}

function readAborted(reader: Reader): AbortedTransaction {
  return { producerId: reader.readInt64(), firstOffset: Number(reader.readInt64()) }
}
