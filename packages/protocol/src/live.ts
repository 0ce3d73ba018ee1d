import type { Status } from '@millrace/sdk'
import type { Alert, DeploymentInfo, ServerStatus } from './api.ts'

/** What the editor sends over the live channel (socket.io, namespace `/`, event names as keys). */
export interface ClientEvents {
  /** Look at a flow (null: at none). Counters, statuses and reports of it follow. */
  watch: (request: { readonly flow: string | null }, done: (answer: Answer) => void) => void
  /** Send debug reports of these nodes only; null means all of the watched flow; [] none. */
  debug: (
    request: { readonly nodes: readonly string[] | null },
    done: (answer: Answer) => void,
  ) => void
  /** Look at messages on these output ports (`node:port`), at most 20. Replaces what was tapped. */
  tap: (request: { readonly ports: readonly string[] }, done: (answer: Answer) => void) => void
}

export type Answer =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string }

/** What the server sends. All of `counters`, `debug`, `taps`, `points` are volatile batches. */
export interface ServerEvents {
  counters: (batch: CountersBatch) => void
  debug: (batch: DebugBatch) => void
  taps: (batch: TapsBatch) => void
  points: (batch: PointsBatch) => void
  /** After `watch`, in full; then whenever one changed. */
  statuses: (batch: StatusesBatch) => void
  alert: (alert: Alert) => void
  deployment: (change: { readonly flow: string; readonly deployment: DeploymentInfo }) => void
  /** Somebody saved or deleted a flow; the editor that did so ignores its own revision. */
  saved: (change: { readonly flow: string; readonly revision: string | null }) => void
  connections: () => void
  log: (batch: { readonly flow: string; readonly entries: readonly LogEntry[] }) => void
  server: (status: ServerStatus) => void
}

/** Totals since the deployment started, four times a second, of ports and nodes that changed. */
export interface CountersBatch {
  readonly flow: string
  /** Server time, in milliseconds since the epoch. */
  readonly time: number
  /** Messages that left by each output port, by `node:port`. */
  readonly ports: Readonly<Record<string, number>>
  readonly nodes: Readonly<Record<string, NodeCounters>>
}

export interface NodeCounters {
  readonly received: number
  readonly errors: number
  /** Messages held or queued now. */
  readonly inFlight: number
  /** Whether the node asks its sources to slow down now. */
  readonly isPressing: boolean
  /** It presses, and nothing after it does: the flow is as slow as this node. */
  readonly isBottleneck: boolean
  /** Event time up to which the node has seen everything; null before the first. */
  readonly watermark: number | null
  /** Of a node where event time begins: the partition that is well behind the others. */
  readonly slowestPartition?: string | number
}

/** A value as text for showing: JSON, cut to a bound, with what JSON lacks marked. */
export interface Shown {
  /** JSON text; binary is `{"$binary":"<base64>","bytes":n}`, cut text ends in `…`. */
  readonly json: string
  readonly isCut: boolean
}

export interface DebugEntry {
  readonly node: string
  readonly time: number
  /** What part of the message is shown, such as `payload`. */
  readonly shows: string
  readonly topic?: string
  readonly value: Shown
}

export interface DebugBatch {
  readonly flow: string
  readonly entries: readonly DebugEntry[]
  /** How many more there were that are not sent, by node. */
  readonly dropped: Readonly<Record<string, number>>
}

export interface TapsBatch {
  readonly flow: string
  readonly ports: readonly {
    readonly port: string
    readonly messages: readonly { readonly time: number; readonly value: Shown }[]
    readonly dropped: number
  }[]
}

export interface PointsBatch {
  readonly flow: string
  readonly points: readonly {
    readonly node: string
    readonly series: string
    readonly times: readonly number[]
    readonly values: readonly number[]
  }[]
}

export interface StatusesBatch {
  readonly flow: string
  readonly statuses: Readonly<Record<string, Status>>
}

export interface LogEntry {
  readonly time: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
  readonly node?: string
  readonly details?: Readonly<Record<string, unknown>>
}
