import { join } from 'node:path'
import type { IngestRecord } from '@millrace/engine'
import type { LogFile, LogFiles } from './log-files.ts'
import { findRecord, headerBytes, nextMark, recordAt } from './record-codec.ts'

/** One file of an ingest log. Its name is the position of its first record. */
export interface Segment {
  readonly path: string
  readonly first: number
  /** Position of its last record; `first − 1` while it has none. */
  last: number
  /** Bytes that are whole records, safe on disk. */
  size: number
  /** Processing time of its first record; undefined while it has none. */
  firstTakenAt: number | undefined
}

export function segmentAt(folder: string, first: number): Segment {
  const path = join(folder, `${String(first).padStart(16, '0')}.log`)
  return { path, first, last: first - 1, size: 0, firstTakenAt: undefined }
}

/** Segments of a folder, oldest first. Only the last of them may end in a torn record. */
export function listSegments(files: LogFiles, folder: string): Segment[] {
  const firsts = files
    .list(folder)
    .flatMap((name) => (/^\d{16}\.log$/.test(name) ? Number.parseInt(name, 10) : []))
    .toSorted((a, b) => a - b)
  const segments = firsts.map((first) => segmentAt(folder, first))
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    if (next !== undefined) segment.last = next.first - 1
    readEdges(files, segment)
  }
  return segments
}

function readEdges(files: LogFiles, segment: Segment): void {
  const file = files.open(segment.path)
  try {
    segment.size = file.size()
    const header = Buffer.alloc(headerBytes)
    if (file.read(header, 0) < headerBytes) return
    segment.firstTakenAt = recordAt(header, 0, headerBytes).takenAt
  } finally {
    file.close()
  }
}

export interface Scanned {
  readonly records: readonly IngestRecord[]
  /** Where the next scan goes on. */
  readonly next: number
  /** Bytes between records that are none. */
  readonly damagedBytes: number
  /** Where the last whole record ends. */
  readonly end: number
}

export interface ScanOptions {
  /** Offset of a record. */
  readonly from: number
  /** Offset at which the scan ends at the latest. */
  readonly to: number
  /** Records up to this position are left out. */
  readonly after: number
  readonly limit: number
}

const chunkBytes = 262_144

/** Reads whole records one after the other, and finds the next whole one behind damage. */
export function scanSegment(file: LogFile, options: ScanOptions): Scanned {
  const { to, after, limit } = options
  const records: IngestRecord[] = []
  const look = new Look(file, to)
  let [at, end, damagedBytes] = [options.from, options.from, 0]
  while (at < to && records.length < limit) {
    const found = look.at(at)
    if (found === undefined) {
      const next = look.behindDamage(at)
      damagedBytes += next - at
      at = next
    } else {
      if (found.position > after) records.push(found)
      at += headerBytes + found.bytes.length
      end = at
    }
  }
  return { records, next: at, damagedBytes, end }
}

/** Reads a file in chunks. */
class Look {
  private readonly file: LogFile
  private readonly to: number
  private chunk = Buffer.alloc(0)
  private chunkAt = 0

  constructor(file: LogFile, to: number) {
    this.file = file
    this.to = to
  }

  /** The whole record at that place, if there is one; it stays valid. */
  at(offset: number): IngestRecord | undefined {
    let at = offset - this.chunkAt
    let found = findRecord(this.chunk, at)
    // Once for the header, and once more for a record that is longer than a chunk.
    for (let loads = 0; found.kind === 'cut' && loads < 2; loads += 1) {
      if (offset + found.needs > this.to) return undefined
      this.load(offset, found.needs)
      at = 0
      found = findRecord(this.chunk, at)
    }
    return found.kind === 'record' ? recordAt(this.chunk, at, found.end) : undefined
  }

  /** Where the next record may begin. */
  behindDamage(offset: number): number {
    if (offset + headerBytes > this.to) return this.to
    const at = offset - this.chunkAt
    const markAt = nextMark(this.chunk, at)
    if (markAt >= 0) return this.chunkAt + markAt
    // The mark may lie across the end of the chunk.
    return Math.min(this.to, this.chunkAt + Math.max(at + 1, this.chunk.length - 3))
  }

  private load(offset: number, bytes: number): void {
    const chunk = Buffer.allocUnsafe(Math.min(Math.max(bytes, chunkBytes), this.to - offset))
    this.chunk = chunk.subarray(0, this.file.read(chunk, offset))
    this.chunkAt = offset
  }
}
