import { compressionsAlgorithms, crc32c } from '@platformatic/kafka'
import { FieldWriter, varIntLength, writeInt64 } from './fields.ts'
import type { NewRecord } from './record.ts'

export type Compression = keyof typeof compressionsAlgorithms

/** Who writes: numbers by which the broker knows a repeated batch. */
export interface BatchProducer {
  readonly producerId: bigint
  readonly producerEpoch: number
  /** Number of the first record among those that the producer wrote to the partition. */
  readonly firstSequence: number
  readonly isTransactional: boolean
  /** What a broker writes to end a transaction; only tests write such. */
  readonly isControl?: boolean
  readonly firstOffset?: number
}

export const noProducer: BatchProducer = {
  producerId: -1n,
  producerEpoch: -1,
  firstSequence: -1,
  isTransactional: false,
}

const headLength = 61
const transactionalBit = 0x10
const controlBit = 0x20

/** A record batch of version 2 (Kafka protocol guide, "Record Batch"). There is at least one record. */
export function writeBatch(
  records: readonly NewRecord[],
  producer: BatchProducer,
  compression: Compression = 'none',
): Buffer {
  const first = records[0]?.timestamp ?? 0
  let last = first
  const body = new FieldWriter(estimate(records))
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as NewRecord // below the length
    if (record.timestamp > last) last = record.timestamp
    writeRecord(body, record, { offsetDelta: index, timestampDelta: record.timestamp - first })
  }
  const { compressSync, bitmask } = compressionsAlgorithms[compression]
  const packed = bitmask === 0 ? body.written() : compressSync(body.written())
  const batch = Buffer.allocUnsafe(headLength + packed.length)
  writeInt64(batch, producer.firstOffset ?? 0, 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(bitmask | flagsOf(producer), 21)
  batch.writeInt32BE(records.length - 1, 23)
  writeInt64(batch, first, 27)
  writeInt64(batch, last, 35)
  batch.writeBigInt64BE(producer.producerId, 43)
  batch.writeInt16BE(producer.producerEpoch, 51)
  batch.writeInt32BE(producer.firstSequence, 53)
  batch.writeInt32BE(records.length, 57)
  packed.copy(batch, headLength)
  batch.writeUInt32BE(crc32c(batch.subarray(21)) >>> 0, 17)
  return batch
}

function flagsOf({ isTransactional, isControl = false }: BatchProducer): number {
  return (isTransactional ? transactionalBit : 0) | (isControl ? controlBit : 0)
}

function writeRecord(
  writer: FieldWriter,
  { key, value, headers }: NewRecord,
  { offsetDelta, timestampDelta }: { offsetDelta: number; timestampDelta: number },
): void {
  let length = 1 + varIntLength(timestampDelta) + varIntLength(offsetDelta)
  length += lengthOf(key) + lengthOf(value) + varIntLength(headers.length)
  const named = headers.map((header) => ({ ...header, name: Buffer.from(header.key) }))
  for (const header of named) length += lengthOf(header.name) + lengthOf(header.value)
  writer.varInt(length)
  writer.int8(0)
  writer.varInt(timestampDelta)
  writer.varInt(offsetDelta)
  writer.varBytes(key)
  writer.varBytes(value)
  writer.varInt(headers.length)
  for (const header of named) {
    writer.varBytes(header.name)
    writer.varBytes(header.value)
  }
}

function lengthOf(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varIntLength(bytes.length) + bytes.length
}

/** Bytes that a record takes in a batch, roughly. */
export function sizeOf({ key, value, headers }: NewRecord): number {
  let size = 24 + (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) size += 8 + header.key.length + (header.value?.length ?? 0)
  return size
}

function estimate(records: readonly NewRecord[]): number {
  let size = 0
  for (const record of records) size += sizeOf(record)
  return size
}
