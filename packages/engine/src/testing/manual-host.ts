import type { HttpService, NodeType, Report, Status } from '@millrace/sdk'
import { manualTime, testHttp } from '@millrace/sdk/testing'
import type { TestHttp } from '@millrace/sdk/testing'
import type { EngineHost, GaugeMemory } from '../deployment.ts'
import type { LogEntry } from '../log.ts'
import type { MemoryDisk } from './memory-disk.ts'

/** A host whose time stands still until it is advanced, and that remembers what it was told. */
export interface ManualHost extends EngineHost {
  readonly http: TestHttp
  readonly gauges: GaugeMemory
  readonly entries: readonly LogEntry[]
  readonly statuses: readonly { readonly node: string; readonly status: Status }[]
  readonly reports: readonly { readonly node: string; readonly report: Report }[]
  /** Timers that wait. */
  readonly pendingTimers: number
  /** Lets time pass; what falls due runs on the way, in order. */
  advance(ms: number): void
}

export interface ManualHostOptions {
  readonly nodeTypes: readonly NodeType[]
  readonly startMs?: number
  readonly isWatched?: (node: string) => boolean
  /** Makes deployments durable. */
  readonly disk?: MemoryDisk
  readonly epochMs?: number
  readonly stateKeysMax?: number
}

export function createManualHost(options: ManualHostOptions): ManualHost {
  const time = manualTime(options.startMs)
  const entries: LogEntry[] = []
  const statuses: { node: string; status: Status }[] = []
  const reports: { node: string; report: Report }[] = []
  return {
    nodeTypes: new Map(options.nodeTypes.map((type) => [typeName(type), type])),
    clock: time.clock,
    schedule: (delayMs, run) => time.schedule(delayMs, run),
    http: testHttp(),
    log: (entry) => void entries.push(entry),
    status: (node, status) => void statuses.push({ node, status }),
    report: (node, report) => void reports.push({ node, report }),
    isWatched: options.isWatched ?? (() => false),
    gauges: plainGauges(),
    ...(options.disk === undefined ? {} : onDisk(options.disk)),
    ...(options.epochMs === undefined ? {} : { epochMs: options.epochMs }),
    ...(options.stateKeysMax === undefined ? {} : { stateKeysMax: options.stateKeysMax }),
    entries,
    statuses,
    reports,
    get pendingTimers() {
      return time.pending
    },
    advance: (ms) => time.advance(ms),
  }
}

function onDisk(disk: MemoryDisk): Pick<EngineHost, 'epochs' | 'openIngestLog'> {
  return { epochs: disk.epochs, openIngestLog: (node) => disk.openIngestLog(node) }
}

/** Gauges in memory of this thread only. */
export function plainGauges(): GaugeMemory {
  return { allocate: (count) => new Float64Array(count), marker: new Int32Array(1).fill(-1) }
}

/** For hosts whose flows answer no HTTP. */
export const noHttp: HttpService = {
  route: () => () => undefined,
  respond: () => false,
  stream: () => undefined,
  streamOf: () => undefined,
  onAnswered: () => undefined,
}

function typeName({ descriptor }: NodeType): string {
  // The union erases descriptors; every one has a type.
  return (descriptor as { readonly type: string }).type
}
