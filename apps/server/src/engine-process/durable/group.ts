import type { IngestRecord } from '@millrace/engine'
import { findRecord, headerBytes, positionOf, recordAt, writeRecord } from './record-codec.ts'

const firstBytes = 4_096
/** What a group grew to beyond this is not kept for the next. */
const keptBytes = 1_048_576

export type Safe = (error?: unknown) => void

/** Records that go to disk together, as the bytes that will stand there. */
export class Group {
  length = 0
  first = 0
  last = 0
  firstTakenAt = 0
  private safes: Safe[] = []
  private buffer = Buffer.allocUnsafe(firstBytes)

  get isEmpty(): boolean {
    return this.safes.length === 0
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  add(record: IngestRecord, safe: Safe): void {
    this.makeRoom(headerBytes + record.bytes.length)
    this.length = writeRecord(this.buffer, this.length, record)
    if (this.isEmpty) {
      this.first = record.position
      this.firstTakenAt = record.takenAt
    }
    this.last = record.position
    this.safes.push(safe)
  }

  /** Copies of up to `limit` records after the position, as the buffer is used again. */
  recordsAfter(position: number, limit: number): IngestRecord[] {
    const records: IngestRecord[] = []
    if (this.isEmpty || this.last <= position) return records
    for (let at = 0; at < this.length && records.length < limit;) {
      const found = findRecord(this.bytes, at)
      if (found.kind !== 'record') break
      if (positionOf(this.buffer, at) > position) {
        const record = recordAt(this.buffer, at, found.end)
        records.push({ ...record, bytes: Uint8Array.from(record.bytes) })
      }
      at = found.end
    }
    return records
  }

  takeSafes(): readonly Safe[] {
    const { safes } = this
    this.safes = []
    return safes
  }

  /** Empties it for the next records. */
  clear(): void {
    this.length = 0
    this.safes = []
    if (this.buffer.length > keptBytes) this.buffer = Buffer.allocUnsafe(firstBytes)
  }

  private makeRoom(count: number): void {
    if (this.length + count <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}
