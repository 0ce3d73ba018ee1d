import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { FieldReader, FieldWriter } from '../wire/fields.ts'
import { noHeaders } from '../wire/record.ts'
import type { RecordHeader } from '../wire/record.ts'
import { sizeOf } from '../wire/write-batch.ts'
import type { AddressedRecord } from './addressed-record.ts'

/**
 * A form of their own for records that are kept until they are written: bytes, quick to make. To
 * compress them costs a fraction of what it saves the store.
 */
export function packRecords(records: readonly AddressedRecord[]): Uint8Array {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  const numbers = new Map(topics.map((topic, at) => [topic, at]))
  const size = records.reduce((sum, record) => sum + record.size, 0)
  const writer = new FieldWriter(size + 16 * records.length + 64)
  writer.int8(formVersion)
  writer.varInt(topics.length)
  for (const topic of topics) writer.varBytes(Buffer.from(topic))
  writer.varInt(records.length)
  for (const record of records) {
    writer.varInt(numbers.get(record.topic) ?? 0)
    writer.varInt(record.partition ?? -1)
    writer.varInt(record.timestamp)
    writer.varBytes(record.key)
    writer.varBytes(record.value)
    writer.varInt(record.headers.length)
    for (const { key, value } of record.headers) {
      writer.varBytes(Buffer.from(key))
      writer.varBytes(value)
    }
  }
  return zstdCompressSync(writer.written(), quickly)
}

const quickly = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export function unpackRecords(packed: Uint8Array): readonly AddressedRecord[] {
  const reader = new FieldReader(zstdDecompressSync(packed))
  const version = reader.int8()
  if (version !== formVersion) throw new Error(`Records of form ${version} are not known.`)
  const topics = times(reader, () => String(reader.varBytes()))
  return times(reader, () => unpackRecord(reader, topics))
}

const formVersion = 1

function unpackRecord(reader: FieldReader, topics: readonly string[]): AddressedRecord {
  const topic = topics[reader.varInt()] ?? ''
  const partition = reader.varInt()
  const timestamp = reader.varInt()
  const key = reader.varBytes()
  const value = reader.varBytes()
  const headers = times(reader, () => unpackHeader(reader))
  const record = { timestamp, key, value, headers: headers.length === 0 ? noHeaders : headers }
  return {
    topic,
    partition: partition < 0 ? undefined : partition,
    size: sizeOf(record),
    ...record,
  }
}

function unpackHeader(reader: FieldReader): RecordHeader {
  return { key: String(reader.varBytes()), value: reader.varBytes() }
}

function times<Item>(reader: FieldReader, read: () => Item): Item[] {
  return Array.from({ length: reader.varInt() }, read)
}
