import type { IngestLog, IngestRecord } from '@millrace/engine'
import type { Clock, Timer } from '@millrace/sdk'
import { Group, type Safe } from './group.ts'
import { type IngestLogLimits, usualIngestLogLimits } from './ingest-log-limits.ts'
import { type LogFile, type LogFiles, realLogFiles } from './log-files.ts'
import { SegmentChain } from './segment-chain.ts'
import { type Segment, segmentAt } from './segment.ts'

export interface IngestLogOptions {
  readonly folder: string
  readonly clock: Clock
  readonly schedule: (delayMs: number, run: () => void) => Timer
  readonly limits?: Partial<IngestLogLimits>
  readonly files?: LogFiles
  /** Told in a sentence when the disk fails, and undefined when it does no longer. */
  readonly onTrouble?: (trouble: string | undefined) => void
  /** Told in a sentence when what was stored cannot all be read. */
  readonly onDamage?: (problem: string) => void
}

/**
 * An ingest log in a folder. Records are written in groups while the flow goes on, and come back in
 * their order. A write that fails, as on a full disk, is tried again until it succeeds: nothing that
 * was appended is given up before `close`, and `isFull` asks for no more meanwhile.
 */
export class SegmentedIngestLog implements IngestLog {
  isClosed = false
  private readonly folder: string
  private readonly clock: Clock
  private readonly schedule: IngestLogOptions['schedule']
  private readonly limits: IngestLogLimits
  private readonly files: LogFiles
  private readonly options: IngestLogOptions
  private readonly chain: SegmentChain
  /** The newest segment, open for writing. */
  private current: LogFile | undefined
  private gathering = new Group()
  /** On its way to disk; undefined when nothing is. */
  private writing: Group | undefined
  private spare: Group | undefined = new Group()
  private flushing: Promise<void> | undefined
  private timer: Timer | undefined
  /** Somebody waits for what is being gathered. */
  private isAwaited = false
  private flushedAtMs = -Infinity
  private due: Safe[] = []
  private trouble: string | undefined
  private lastPosition: number

  constructor(options: IngestLogOptions) {
    this.options = options
    this.folder = options.folder
    this.clock = options.clock
    this.schedule = options.schedule
    this.files = options.files ?? realLogFiles
    this.limits = { ...usualIngestLogLimits, ...options.limits }
    this.chain = new SegmentChain({ ...options, files: this.files, limits: this.limits })
    this.current = this.chain.openNewest()
    this.lastPosition = this.chain.newest?.last ?? 0
  }

  get last(): number {
    return this.lastPosition
  }

  get bytes(): number {
    return this.chain.bytes + this.unsyncedBytes
  }

  get isFull(): boolean {
    const { bytesMax, unsyncedBytesMax } = this.limits
    if (this.trouble !== undefined || this.unsyncedBytes >= unsyncedBytesMax) return true
    return this.bytes >= bytesMax
  }

  append(bytes: Uint8Array, takenAt: number, safe: Safe, isAwaited = false): number {
    const position = this.lastPosition + 1
    this.lastPosition = position
    this.gathering.add({ position, takenAt, bytes }, safe)
    if (isAwaited && !this.isAwaited) this.hurry()
    this.flushSoon()
    return position
  }

  read(after: number, limit: number): readonly IngestRecord[] {
    const records = [...this.chain.read(after, limit)]
    for (const group of [this.writing, this.gathering]) {
      if (group === undefined || records.length >= limit) continue
      records.push(...group.recordsAfter(after, limit - records.length))
    }
    return records
  }

  release(position: number): void {
    this.chain.release(position)
    // Records that an epoch knows of but that are damaged: their positions are not used again.
    this.lastPosition = Math.max(this.lastPosition, position)
  }

  /**
   * Returns once all that was appended is on disk, or throws what kept it from there. An epoch must
   * not know of records that a crash would take from the log.
   */
  syncNow(): void {
    const groups = [this.writing, this.gathering].filter((group) => group && !group.isEmpty)
    if (groups.length === 0) return
    try {
      const { segment, file } = this.target()
      let at = segment.size
      for (const group of groups) {
        if (group === undefined) continue
        file.writeNow(group.bytes, at)
        at += group.length
      }
      file.syncNow()
    } catch (error) {
      this.fail(error)
      throw error
    }
    // What is under way writes the same bytes to the same place once more, which changes nothing.
    for (const group of groups) if (group !== undefined) this.settle(group)
    this.gathering.clear()
    this.isAwaited = false
    if (this.flushing === undefined) this.writing = undefined
    this.recover()
    this.schedule(0, () => this.tellDue())
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.timer?.cancel()
    await this.flushing
    try {
      this.syncNow()
    } catch (error) {
      for (const safe of [...(this.writing?.takeSafes() ?? []), ...this.gathering.takeSafes()]) {
        this.due.push(() => safe(error))
      }
    }
    this.tellDue()
    this.chain.close()
    this.current?.close()
    this.current = undefined
  }

  private get unsyncedBytes(): number {
    const writing = this.writing === undefined || this.writing.isEmpty ? 0 : this.writing.length
    return writing + this.gathering.length
  }

  private get flushEveryMs(): number {
    if (this.trouble !== undefined) return this.limits.retryMs
    return this.isAwaited ? 0 : this.limits.groupMs
  }

  private flushSoon(): void {
    if (this.flushing !== undefined || this.timer !== undefined || this.isClosed) return
    const sinceMs = this.clock.monotonic() - this.flushedAtMs
    this.timer = this.schedule(Math.max(0, this.flushEveryMs - sinceMs), () => {
      this.timer = undefined
      this.flushing = this.flush().finally(() => {
        this.flushing = undefined
        if (this.writing !== undefined || !this.gathering.isEmpty) this.flushSoon()
      })
    })
  }

  /** What is gathered goes to disk when this turn ends, or with what is under way. */
  private hurry(): void {
    this.isAwaited = true
    if (this.trouble !== undefined) return
    this.timer?.cancel()
    this.timer = undefined
  }

  /** Never rejects. */
  private async flush(): Promise<void> {
    if (this.writing === undefined) {
      if (this.gathering.isEmpty) return
      this.writing = this.gathering
      this.gathering = this.spare ?? new Group()
      this.spare = undefined
      this.isAwaited = false
    }
    const { writing } = this
    this.flushedAtMs = this.clock.monotonic()
    try {
      const { segment, file } = this.target()
      await file.write(writing.bytes, segment.size)
      // `syncNow` may have done it meanwhile.
      if (!writing.isEmpty) await file.sync()
      if (!writing.isEmpty) this.settle(writing)
    } catch (error) {
      if (!writing.isEmpty) {
        this.fail(error)
        return
      }
    }
    this.writing = undefined
    writing.clear()
    this.spare ??= writing
    this.recover()
    this.tellDue()
  }

  /** The group is on disk, at the end of the newest segment. */
  private settle(group: Group): void {
    if (group.isEmpty) return
    this.chain.onStored(group)
    for (const safe of group.takeSafes()) this.due.push(safe)
  }

  private tellDue(): void {
    const { due } = this
    this.due = []
    for (const safe of due) safe()
  }

  /** Where the next group goes: the newest segment, or another where that is large or old enough. */
  private target(): { readonly segment: Segment; readonly file: LogFile } {
    const { newest } = this.chain
    const isUnderWay = this.flushing !== undefined && this.writing !== undefined
    if (newest !== undefined && this.current !== undefined) {
      // What is under way must not end up in two segments.
      if (isUnderWay || !this.isDone(newest)) return { segment: newest, file: this.current }
    }
    const first = (this.writing ?? this.gathering).first
    const segment = segmentAt(this.folder, first)
    this.files.makeFolder(this.folder)
    const file = this.files.open(segment.path)
    this.files.syncFolder(this.folder)
    // What a failed write left behind its last record is no damage.
    if (newest !== undefined) this.current?.truncate(newest.size)
    this.current?.close()
    this.current = file
    this.chain.add(segment)
    return { segment, file }
  }

  private isDone({ size, firstTakenAt }: Segment): boolean {
    const { segmentBytes, keepMs } = this.limits
    if (size >= segmentBytes) return true
    return firstTakenAt !== undefined && this.clock.now() - firstTakenAt > keepMs / segmentsPerKeep
  }

  /** Gives up what is kept for replay alone; true when that was something. */
  makeRoom(): boolean {
    return this.chain.makeRoom()
  }

  private fail(error: unknown): void {
    this.makeRoom()
    const why = error instanceof Error ? error.message : String(error)
    const trouble = isDiskFull(error)
      ? 'The disk is full, so nothing is taken in until there is room.'
      : `What comes in cannot be written to disk: ${why}`
    if (this.trouble === trouble) return
    this.trouble = trouble
    this.options.onTrouble?.(trouble)
  }

  private recover(): void {
    if (this.trouble === undefined) return
    this.trouble = undefined
    this.options.onTrouble?.(undefined)
  }
}

/** Segments are begun so often that what is too old can go in parts. */
const segmentsPerKeep = 6

function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT'
}
