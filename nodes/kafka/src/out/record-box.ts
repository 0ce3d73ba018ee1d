import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { FieldReader, FieldWriter } from '../wire/fields.ts'
import { noHeaders } from '../wire/record.ts'
import type { RecordHeader } from '../wire/record.ts'
import { sizeOf } from '../wire/write-batch.ts'
import type { AddressedRecord } from './addressed-record.ts'

const formVersion = 1
const startBytes = 65_536
const quickly = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * Packs records that are kept until they are written, one at a time as they come, so that little is
 * left to do when they are stored. To compress them costs a fraction of what it saves the store.
 */
export class RecordBox {
  private readonly writer = new FieldWriter(startBytes)
  private readonly topics = new Map<string, number>()

  constructor() {
    this.writer.int8(formVersion)
  }

  /** Bytes before they are compressed. */
  get bytes(): number {
    return this.writer.at
  }

  add({ topic, partition, timestamp, key, value, headers }: AddressedRecord): void {
    const { writer } = this
    this.writeTopic(topic)
    writer.varInt(partition ?? -1)
    writer.varInt(timestamp)
    writer.varBytes(key)
    writer.varBytes(value)
    writer.varInt(headers.length)
    for (const header of headers) {
      writer.varBytes(Buffer.from(header.key))
      writer.varBytes(header.value)
    }
  }

  /** All that was added. Nothing may be added any more. */
  pack(): Uint8Array {
    return zstdCompressSync(this.writer.written(), quickly)
  }

  /** By number; the name follows the first time. */
  private writeTopic(topic: string): void {
    const { writer, topics } = this
    const known = topics.get(topic)
    writer.varInt(known ?? topics.size)
    if (known !== undefined) return
    topics.set(topic, topics.size)
    writer.varBytes(Buffer.from(topic))
  }
}

export function unpackRecords(packed: Uint8Array): readonly AddressedRecord[] {
  const bytes = zstdDecompressSync(packed)
  const reader = new FieldReader(bytes)
  const version = reader.int8()
  if (version !== formVersion) throw new Error(`Records of form ${version} are not known.`)
  const topics: string[] = []
  const records: AddressedRecord[] = []
  while (reader.at < bytes.length) records.push(unpackRecord(reader, topics))
  return records
}

function unpackRecord(reader: FieldReader, topics: string[]): AddressedRecord {
  const number = reader.varInt()
  if (number === topics.length) topics.push(String(reader.varBytes()))
  const topic = topics[number] ?? ''
  const partition = reader.varInt()
  const timestamp = reader.varInt()
  const key = reader.varBytes()
  const value = reader.varBytes()
  const count = reader.varInt()
  const headers =
    count === 0 ? noHeaders : Array.from({ length: count }, () => unpackHeader(reader))
  const record = { timestamp, key, value, headers }
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
