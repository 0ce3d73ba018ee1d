import { createAPI, Writer } from '@platformatic/kafka'
import type { API, Reader } from '@platformatic/kafka'
import type { AbortedTransaction } from './read-batches.ts'

export interface FetchPartition {
  /** Name, or id where it is fetched by that. */
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
  /** As it was asked for. */
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

type FetchApi = API<[FetchOptions, readonly FetchPartition[]], FetchResponse>

/** Fetch, version 11, without a session: each request says all that it wants. */
export const fetchApi: FetchApi = createAPI(
  1,
  11,
  (options: FetchOptions, wanted: readonly FetchPartition[]) =>
    createRequest(options, wanted, false),
  (_correlation: number, _key: number, _version: number, reader: Reader) =>
    readResponse(reader, false),
  false,
  false,
)

/**
 * The same, version 13: of topics by id. One that was made anew under its old name has another id, and
 * is not taken for it.
 */
export const fetchByIdApi: FetchApi = createAPI(
  1,
  13,
  (options: FetchOptions, wanted: readonly FetchPartition[]) =>
    createRequest(options, wanted, true),
  (_correlation: number, _key: number, _version: number, reader: Reader) =>
    readResponse(reader, true),
)

const consumer = -1
const noSession = 0
const finalEpoch = -1
const unknownEpoch = -1

/** Version 13 is the first here with compact arrays and room for tagged fields. */
function createRequest(
  options: FetchOptions,
  wanted: readonly FetchPartition[],
  isById: boolean,
): Writer {
  const topics = [...Map.groupBy(wanted, ({ topic }) => topic)]
  const writer = Writer.create()
    .appendInt32(consumer)
    .appendInt32(options.maxWaitMs)
    .appendInt32(options.minBytes)
    .appendInt32(options.maxBytes)
    .appendInt8(options.isReadCommitted ? 1 : 0)
    .appendInt32(noSession)
    .appendInt32(finalEpoch)
    .appendArray(
      topics,
      (one, [topic, partitions]) => {
        if (isById) one.appendUUID(topic)
        else one.appendString(topic, false)
        one.appendArray(
          partitions,
          (inner, { partition, offset }) => {
            inner.appendInt32(partition).appendInt32(unknownEpoch).appendInt64(BigInt(offset))
            if (isById) inner.appendInt32(unknownEpoch)
            inner.appendInt64(-1n).appendInt32(options.partitionMaxBytes)
          },
          isById,
          isById,
        )
      },
      isById,
      isById,
    )
    .appendArray([], () => undefined, isById, isById)
    .appendString('', isById)
  return isById ? writer.appendTaggedFields() : writer
}

function readResponse(reader: Reader, isById: boolean): FetchResponse {
  reader.readInt32()
  const errorCode = reader.readInt16()
  reader.readInt32()
  const topics = reader.readArray(
    (one) => {
      const topic = isById ? one.readUUID() : one.readString(false)
      return one.readArray((inner) => readPartition(topic, inner, isById), isById, isById)
    },
    isById,
    isById,
  )
  return { errorCode, partitions: topics.flat() }
}

const nothing = Buffer.alloc(0)

function readPartition(topic: string, reader: Reader, isById: boolean): FetchedPartition {
  const partition = reader.readInt32()
  const errorCode = reader.readInt16()
  const highWatermark = Number(reader.readInt64())
  const lastStable = Number(reader.readInt64())
  const start = Number(reader.readInt64())
  const aborted = reader.readNullableArray(readAborted, isById, isById) ?? []
  reader.readInt32()
  const records = reader.readNullableBytes(isById) ?? nothing
  const end = lastStable >= 0 ? lastStable : highWatermark
  return { topic, partition, errorCode, end, start, aborted, records }
}

function readAborted(reader: Reader): AbortedTransaction {
  return { producerId: reader.readInt64(), firstOffset: Number(reader.readInt64()) }
}
