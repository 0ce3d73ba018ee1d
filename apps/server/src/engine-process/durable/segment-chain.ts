import type { IngestRecord } from '@millrace/engine'
import type { Clock } from '@millrace/sdk'
import type { Group } from './group.ts'
import type { IngestLogLimits } from './ingest-log-limits.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { listSegments, scanSegment, type Segment } from './segment.ts'

export interface SegmentChainOptions {
  readonly folder: string
  readonly clock: Clock
  readonly limits: IngestLogLimits
  readonly files: LogFiles
  /** Told in a sentence when what was stored cannot all be read. */
  readonly onDamage?: (problem: string) => void
}

interface Cursor {
  readonly segment: Segment
  readonly file: LogFile
  offset: number
  /** No record between this position and `offset` is left out by going on from there. */
  after: number
}

const recordsPerScan = 10_000

/** The segments of an ingest log: reads over them, and lets go those that are kept for nothing. */
export class SegmentChain {
  bytes: number
  private readonly options: SegmentChainOptions
  private readonly segments: Segment[]
  private released = 0
  private cursor: Cursor | undefined

  constructor(options: SegmentChainOptions) {
    this.options = options
    this.segments = listSegments(options.files, options.folder)
    this.bytes = this.segments.reduce((sum, segment) => sum + segment.size, 0)
  }

  get newest(): Segment | undefined {
    return this.segments.at(-1)
  }

  /** Finds where the newest segment really ends, and cuts off what was not written to its end. */
  openNewest(): LogFile | undefined {
    const segment = this.newest
    if (segment === undefined) return undefined
    const file = this.options.files.open(segment.path)
    const to = file.size()
    let [from, isEnd] = [0, false]
    while (!isEnd) {
      const scanned = scanSegment(file, { from, to, after: 0, limit: recordsPerScan })
      segment.last = scanned.records.at(-1)?.position ?? segment.last
      isEnd = scanned.next >= to
      const torn = isEnd ? to - scanned.end : 0
      this.tellDamage(segment, scanned.damagedBytes - torn)
      segment.size = scanned.end
      from = scanned.next
    }
    if (segment.size < to) file.truncate(segment.size)
    this.bytes += segment.size - to
    return file
  }

  add(segment: Segment): void {
    this.segments.push(segment)
    this.trim()
  }

  /** The group is on disk, at the end of the newest segment. */
  onStored(group: Group): void {
    const segment = this.newest
    if (segment === undefined) return
    segment.size += group.length
    segment.last = group.last
    segment.firstTakenAt ??= group.firstTakenAt
    this.bytes += group.length
  }

  read(after: number, limit: number): readonly IngestRecord[] {
    const records: IngestRecord[] = []
    let cursor = this.cursorBehind(after)
    while (cursor !== undefined) {
      const { segment, file, offset: from } = cursor
      const rest = limit - records.length
      const scanned = scanSegment(file, { from, to: segment.size, after, limit: rest })
      records.push(...scanned.records)
      this.tellDamage(segment, scanned.damagedBytes)
      cursor.offset = scanned.next
      cursor.after = records.at(-1)?.position ?? after
      const next = this.segments[this.segments.indexOf(segment) + 1]
      if (records.length >= limit || next === undefined) break
      cursor = this.openCursor(next, after)
    }
    return records
  }

  /** Records up to here are kept for replay alone. */
  release(position: number): void {
    this.released = Math.max(this.released, position)
    this.trim()
  }

  /** Gives up what is kept for replay alone; true when that was something. */
  makeRoom(): boolean {
    const before = this.segments.length
    for (let [oldest] = this.segments; oldest && this.isFree(oldest); [oldest] = this.segments) {
      this.drop(oldest)
    }
    return this.segments.length < before
  }

  close(): void {
    this.cursor?.file.close()
    this.cursor = undefined
  }

  private trim(): void {
    const { clock, limits } = this.options
    const oldestKept = clock.now() - limits.keepMs
    for (let [oldest] = this.segments; oldest && this.isFree(oldest); [oldest] = this.segments) {
      const begunAfter = this.segments[1]?.firstTakenAt
      const isOld = begunAfter !== undefined && begunAfter < oldestKept
      if (!isOld && this.releasedBytes() <= limits.keepBytes) return
      this.drop(oldest)
    }
  }

  /** The newest stays always: it holds the position at which the log goes on. */
  private isFree(segment: Segment): boolean {
    return segment !== this.newest && segment.last <= this.released
  }

  private releasedBytes(): number {
    const released = this.segments.filter((segment) => segment.last <= this.released)
    return released.reduce((sum, segment) => sum + segment.size, 0)
  }

  private drop(segment: Segment): void {
    if (this.cursor?.segment === segment) this.close()
    this.segments.splice(this.segments.indexOf(segment), 1)
    this.bytes -= segment.size
    this.options.files.remove(segment.path)
  }

  /** Going on where the last reading ended needs no search. */
  private cursorBehind(after: number): Cursor | undefined {
    const { cursor } = this
    if (cursor?.after === after) return cursor
    const segment = this.segments.find(({ last }) => last > after)
    if (segment === undefined) return undefined
    const isOnTheWay = cursor?.segment === segment && cursor.after < after
    return isOnTheWay ? cursor : this.openCursor(segment, after)
  }

  private openCursor(segment: Segment, after: number): Cursor {
    if (this.cursor?.segment !== segment) this.close()
    const file = this.cursor?.file ?? this.options.files.open(segment.path)
    this.cursor = { segment, file, offset: 0, after }
    return this.cursor
  }

  private tellDamage({ path }: Segment, bytes: number): void {
    if (bytes === 0) return
    this.options.onDamage?.(`${bytes} bytes of ${path} are damaged; the records there are lost.`)
  }
}
