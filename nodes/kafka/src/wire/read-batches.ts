import { crc32c } from '@platformatic/kafka'
import { FieldReader, readInt64 } from './fields.ts'
import { noHeaders } from './record.ts'
import type { KafkaRecord, RecordHeader } from './record.ts'
import { unpack } from './unpack.ts'

/** A transaction that was aborted, and where its records begin. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

/** Records that lie one after the other, or what is left of some that cannot be read. */
export type ReadBatch = RecordsBatch | EmptyBatch | DamagedBatch

export interface RecordsBatch {
  readonly kind: 'records'
  readonly nextOffset: number
  readonly records: BatchRecords
  readonly bytes: Buffer
}

export interface EmptyBatch {
  readonly kind: 'nothing'
  readonly nextOffset: number
}

export interface DamagedBatch {
  readonly kind: 'damaged'
  readonly offset: number
  readonly nextOffset: number
  readonly bytes: Buffer
  readonly reason: string
}

// Places of the fields of a batch (Kafka protocol guide, "Record Batch").
const lengthAt = 8
const magicAt = 16
const crcAt = 17
const attributesAt = 21
const lastOffsetDeltaAt = 23
const firstTimestampAt = 27
const maxTimestampAt = 35
const producerIdAt = 43
const countAt = 57
const recordsAt = 61

const isAppendTime = 0x08
const isTransactional = 0x10
const isControl = 0x20
const compressionMask = 0x07

/**
 * Reads the batches of a fetched piece of a partition. The last one may be cut off and is then left
 * out, as the next fetch begins with it. Records of transactions that were aborted are left out.
 */
export function* readBatches(
  bytes: Buffer,
  aborted: readonly AbortedTransaction[] = [],
): Generator<ReadBatch> {
  const filter = new AbortedFilter(aborted)
  let at = 0
  while (at + recordsAt <= bytes.length) {
    const end = at + lengthAt + 4 + bytes.readInt32BE(at + lengthAt)
    if (end > bytes.length || end <= at) return
    yield readBatch(bytes.subarray(at, end), filter)
    at = end
  }
}

function readBatch(batch: Buffer, filter: AbortedFilter): ReadBatch {
  const offset = readInt64(batch, 0)
  if ((batch[magicAt] ?? 0) < 2) {
    const reason = 'it has the form of messages before Kafka 0.11'
    return { kind: 'damaged', offset, nextOffset: offset + 1, bytes: batch, reason }
  }
  const nextOffset = offset + batch.readInt32BE(lastOffsetDeltaAt) + 1
  if (crc32c(batch.subarray(attributesAt)) !== batch.readUInt32BE(crcAt)) {
    const reason = 'its checksum is wrong'
    return { kind: 'damaged', offset, nextOffset, bytes: batch, reason }
  }
  const attributes = batch.readInt16BE(attributesAt)
  const producerId = batch.readBigInt64BE(producerIdAt)
  if (attributes & isControl) {
    filter.sawMarker(batch, producerId)
    return { kind: 'nothing', nextOffset }
  }
  if (attributes & isTransactional && filter.isAborted(producerId, nextOffset - 1)) {
    return { kind: 'nothing', nextOffset }
  }
  try {
    return { kind: 'records', nextOffset, records: new BatchRecords(batch, offset), bytes: batch }
  } catch (error) {
    const reason = `it cannot be unpacked: ${error instanceof Error ? error.message : ''}`
    return { kind: 'damaged', offset, nextOffset, bytes: batch, reason }
  }
}

/** The records of one batch, read one at a time. */
export class BatchRecords {
  readonly count: number
  private read = 0
  private back: KafkaRecord | undefined
  private readonly reader: FieldReader
  private readonly baseOffset: number
  private readonly firstTimestamp: number
  /** Where the broker's time counts, all records have it. */
  private readonly appendTime: number | undefined

  constructor(batch: Buffer, baseOffset: number) {
    const attributes = batch.readInt16BE(attributesAt)
    this.count = batch.readInt32BE(countAt)
    this.baseOffset = baseOffset
    this.firstTimestamp = readInt64(batch, firstTimestampAt)
    this.appendTime = attributes & isAppendTime ? readInt64(batch, maxTimestampAt) : undefined
    this.reader = new FieldReader(unpack(batch.subarray(recordsAt), attributes & compressionMask))
  }

  get hasMore(): boolean {
    return this.read < this.count
  }

  /** The record that was just read is to be read once more. */
  putBack(record: KafkaRecord): void {
    this.back = record
    this.read -= 1
  }

  skipRest(): void {
    this.read = this.count
  }

  /** Throws where the bytes are not those of a record. */
  next(): KafkaRecord {
    const { reader, back } = this
    this.read += 1
    if (back !== undefined) {
      this.back = undefined
      return back
    }
    const length = reader.varInt()
    const end = reader.at + length
    reader.int8()
    const timestamp = this.firstTimestamp + reader.varInt()
    const offset = this.baseOffset + reader.varInt()
    const key = reader.varBytes()
    const value = reader.varBytes()
    const headerCount = reader.varInt()
    const headers = headerCount === 0 ? noHeaders : readHeaders(reader, headerCount)
    reader.at = end
    return { offset, timestamp: this.appendTime ?? timestamp, key, value, headers }
  }
}

function readHeaders(reader: FieldReader, count: number): readonly RecordHeader[] {
  return Array.from({ length: count }, () => ({
    key: reader.varBytes()?.toString('utf8') ?? '',
    value: reader.varBytes(),
  }))
}

/**
 * Knows which records belong to an aborted transaction. The broker lists those that touch what it
 * sends; each ends with its marker.
 */
class AbortedFilter {
  private readonly waiting: AbortedTransaction[]
  private readonly open = new Set<bigint>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.waiting = aborted.toSorted((one, other) => one.firstOffset - other.firstOffset)
  }

  isAborted(producerId: bigint, lastOffset: number): boolean {
    this.begin(lastOffset)
    return this.open.has(producerId)
  }

  sawMarker(batch: Buffer, producerId: bigint): void {
    this.begin(readInt64(batch, 0))
    const key = new BatchRecords(batch, 0).next().key
    const isAbort = key !== null && key.length >= 4 && key.readInt16BE(2) === 0
    if (isAbort) this.open.delete(producerId)
  }

  private begin(lastOffset: number): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (next.firstOffset > lastOffset) return
      this.open.add(next.producerId)
      this.waiting.shift()
    }
  }
}
