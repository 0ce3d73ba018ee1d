import type { EngineHost, LogEntry } from '@millrace/engine'
import type { HttpService, NodeType } from '@millrace/sdk'
import { manualTime } from '@millrace/sdk/testing'
import type { ManualTime } from '@millrace/sdk/testing'

/** A host whose time goes on when it is told to, and that keeps everything from the outside. */
export interface TrialHost extends EngineHost {
  readonly time: ManualTime
  /** Warnings and errors that nodes logged, the first of very many. */
  readonly notes: readonly LogEntry[]
}

const notesMax = 50

export function createTrialHost(options: {
  readonly nodeTypes: ReadonlyMap<string, NodeType>
  readonly startMs: number
}): TrialHost {
  const time = manualTime(options.startMs)
  const notes: LogEntry[] = []
  return {
    time,
    notes,
    nodeTypes: options.nodeTypes,
    clock: time.clock,
    schedule: (delayMs, run) => time.schedule(delayMs, run),
    http: noHttp,
    log: (entry) => {
      const counts = entry.level === 'error' || entry.level === 'warn'
      if (counts && notes.length < notesMax) notes.push(entry)
    },
    status: () => undefined,
    report: () => undefined,
    isWatched: () => false,
    gauges: { allocate: (count) => new Float64Array(count), marker: new Int32Array(1).fill(-1) },
  }
}

const noHttp: HttpService = {
  route: () => () => undefined,
  respond: () => false,
  stream: () => undefined,
  streamOf: () => undefined,
  onAnswered: () => undefined,
}
