import { join } from 'node:path'
import type { IngestRecord } from '@millrace/engine'
import { realLogFiles } from '../engine-process/durable/log-files.ts'
import { listSegments, scanSegment } from '../engine-process/durable/segment.ts'
import type { Segment } from '../engine-process/durable/segment.ts'

/** What is there of one source to be replayed. */
export interface RecordedSource {
  readonly node: string
  /** When the oldest and the newest record were taken in, in milliseconds since the epoch. */
  readonly fromMs: number
  readonly toMs: number
  readonly records: number
  readonly bytes: number
}

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

const pageRecords = 512

/** Sources of a flow whose ingest logs hold something. */
export function recordedSources(flowFolder: string): readonly RecordedSource[] {
  return realLogFiles.list(flowFolder).flatMap((node) => {
    const segments = segmentsOf(join(flowFolder, node)).filter(({ size }) => size > 0)
    const [oldest, newest] = [segments[0], segments.at(-1)]
    if (oldest?.firstTakenAt === undefined || newest === undefined) return []
    const last = lastOf(newest)
    if (last === undefined) return []
    return {
      node,
      fromMs: oldest.firstTakenAt,
      toMs: last.takenAt,
      records: last.position - oldest.first + 1,
      bytes: segments.reduce((sum, { size }) => sum + size, 0),
    }
  })
}

/** Records of a stretch of one log, oldest first. What is being written now is left out. */
export function* recordsOf(folder: string, { fromMs, toMs }: Stretch): Generator<IngestRecord> {
  const segments = segmentsOf(folder)
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]?.firstTakenAt
    if (segment.firstTakenAt === undefined || segment.firstTakenAt > toMs) continue
    if (next !== undefined && next < fromMs) continue
    for (const record of recordsIn(segment)) {
      if (record.takenAt > toMs) return
      if (record.takenAt >= fromMs) yield record
    }
  }
}

function* recordsIn(segment: Segment): Generator<IngestRecord> {
  const file = realLogFiles.open(segment.path)
  try {
    for (let from = 0; from < segment.size;) {
      const options = { from, to: segment.size, after: 0, limit: pageRecords }
      const { records, next } = scanSegment(file, options)
      yield* records
      if (next <= from) return
      from = next
    }
  } finally {
    file.close()
  }
}

function lastOf(segment: Segment): IngestRecord | undefined {
  let last: IngestRecord | undefined
  for (const record of recordsIn(segment)) last = record
  return last
}

function segmentsOf(folder: string): readonly Segment[] {
  return listSegments(realLogFiles, folder)
}
