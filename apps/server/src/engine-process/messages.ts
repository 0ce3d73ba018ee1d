import type { ConnectionDocument, Problem } from '@millrace/flow'
import type { DeploymentSpec, UpdateReport } from '@millrace/engine'
import type { CountersBatch, DurabilityInfo } from '@millrace/protocol'
import type { HttpRoute, TestStep } from '@millrace/sdk'
import type { DurableFolders } from './durable/flow-durability.ts'
import type { RequestBatch, ResponseBatch } from './http/batches.ts'
import type { StreamBatch, StreamedBatch } from './http/stream-batches.ts'
import type { ReportBatch } from './report-buffer.ts'
import type { Watched } from './watched.ts'

/** What the engine process is told as it starts. */
export interface EngineSettings {
  readonly http: {
    readonly host: string
    readonly port: number
    /** Whether only the networks that this machine is part of are answered. */
    readonly isForOwnNetworks?: boolean
  }
  /** Which modules bring which node types, as the catalog tells. */
  readonly nodePackages: readonly string[]
  /** Heap of one flow. */
  readonly flowHeapMb: number
  /** Resident memory of the process over which the flow with the largest heap is stopped. */
  readonly processMemoryMb: number
  readonly stuckMs: number
  readonly silentMs: number
  /** How long a thread may take to end when it is stopped by force. */
  readonly terminateMs: number
  /** Nobody can press a button of a node, as in `millrace run`. */
  readonly isUnattended?: boolean | undefined
  /** Where flows keep what must outlive them; without it they keep nothing. */
  readonly durable?: DurableFolders | undefined
  /** When flows share threads; without it each has its own. */
  readonly sharing?: ThreadSharing | undefined
}

export interface ThreadSharing {
  /** So many threads have one flow each before further flows join them. */
  readonly ownThreads: number
  /** No more flows than that in one thread. */
  readonly companyMax: number
}

/** A deployment as text, so that it is parsed only where it runs. */
export interface SpecText {
  /** `change` holds a `SpecChange` to what the flow runs now. */
  readonly kind: 'whole' | 'change'
  readonly json: string
}

/** From the server to the engine process. Every command with an `id` is answered once. */
export type EngineCommand =
  | { readonly kind: 'open'; readonly settings: EngineSettings }
  | {
      readonly kind: 'deploy'
      readonly id: number
      readonly flow: string
      readonly spec: SpecText
      readonly watched: Watched
      /** No more flows than that in the same thread; 1 gives it a thread to itself. */
      readonly companyMax: number
    }
  | { readonly kind: 'stop'; readonly id: number; readonly flow: string; readonly drainMs: number }
  | ({ readonly kind: 'action'; readonly id: number; readonly flow: string } & NodeAction)
  | { readonly kind: 'watch'; readonly flow: string; readonly watched: Watched }
  /** A flow with nodes of these types will probably be deployed soon. */
  | { readonly kind: 'prepare'; readonly types: readonly string[] }
  | ({ readonly kind: 'test'; readonly id: number } & ConnectionTest)
  /** What would keep nodes from their work; `json` is a `NodesCheck`. */
  | { readonly kind: 'check'; readonly id: number; readonly json: string }
  | { readonly kind: 'close'; readonly id: number; readonly drainMs: number }

export interface NodeAction {
  readonly node: string
  readonly name: string
  readonly argument?: unknown
}

export interface ConnectionTest {
  readonly connection: ConnectionDocument
  readonly secrets: DeploymentSpec['secrets']
}

/** From the engine process to the server. */
export type EngineEvent =
  | { readonly kind: 'open'; readonly httpUrl: string }
  | { readonly kind: 'done'; readonly id: number; readonly result: CommandResult }
  | ({ readonly kind: 'refused'; readonly id: number } & Refusal)
  /** A step of a connection test has ended; the whole list comes with `done`. */
  | { readonly kind: 'step'; readonly id: number; readonly step: TestStep }
  | { readonly kind: 'pulse'; readonly memoryBytes: number; readonly suspects: readonly Suspect[] }
  | { readonly kind: 'ended'; readonly end: FlowEnd }
  /** Every source has come to its end, and all is drained. The flow stays until it is stopped. */
  | { readonly kind: 'finished'; readonly flow: string }
  /** The flow cannot be stopped but with the process: kill it. */
  | { readonly kind: 'doomed'; readonly end: FlowEnd }
  | { readonly kind: 'reports'; readonly flow: string; readonly batch: FlowReports }

export type CommandResult =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'deployed'; readonly report: UpdateReport }
  | { readonly kind: 'tested'; readonly steps: readonly TestStep[] }
  | { readonly kind: 'checked'; readonly problems: readonly Problem[] }

export interface Refusal {
  readonly code: string
  readonly message: string
  readonly node?: string | undefined
  /** The flow ended before it could answer. */
  readonly end?: FlowEnd
  /** An update was refused, and what ran before goes on. */
  readonly isStillRunning?: boolean
}

/** A flow that may be stuck, as it looked a moment ago. */
export interface Suspect {
  readonly flow: string
  readonly node?: string | undefined
  readonly forMs: number
}

/** A flow that ended without being told to. */
export interface FlowEnd {
  readonly flow: string
  /**
   * `crash` took the whole process with it; `halted` is as the flow itself says; `company` is that
   * another flow in the same thread was stopped.
   */
  readonly cause: 'stuck' | 'memory' | 'exception' | 'exit' | 'crash' | 'halted' | 'company'
  /** The node to blame, where one is known. */
  readonly node?: string | undefined
  /** The error's text, or the number of milliseconds or megabytes that were too much. */
  readonly detail: string
  /** With `company`: the flow to blame; and how many ended together, when nobody knows which it was. */
  readonly culprit?: string
  readonly company?: number
}

export interface FlowReports extends ReportBatch {
  readonly counters?: Pick<CountersBatch, 'time' | 'ports' | 'nodes'>
  readonly durability?: DurabilityInfo
}

/** What a worker is given as it starts. */
export interface WorkerSettings {
  readonly beatMemory: SharedArrayBuffer
  readonly nodePackages: readonly string[]
  readonly durable?: DurableFolders | undefined
  readonly isUnattended?: boolean | undefined
}

/** From the engine process to a thread, in which several flows may have a seat. */
export type ThreadMessage =
  /** A flow is about to come; its marker is shared memory. */
  | { readonly kind: 'seat'; readonly seat: number; readonly marker: Int32Array }
  | { readonly kind: 'command'; readonly seat: number; readonly command: WorkerCommand }
  /** The flow is to go, and the thread to stay. */
  | { readonly kind: 'leave'; readonly seat: number }

/** From a thread to the engine process. */
export type ThreadWord =
  | { readonly kind: 'event'; readonly seat: number; readonly event: WorkerEvent }
  | { readonly kind: 'left'; readonly seat: number }

/** From the engine process to a flow in its thread. */
export type WorkerCommand =
  | { readonly kind: 'prepare'; readonly id: number; readonly types: readonly string[] }
  | {
      readonly kind: 'start'
      readonly id: number
      readonly spec: SpecText
      readonly watched: Watched
    }
  | {
      readonly kind: 'update'
      readonly id: number
      readonly spec: SpecText
      readonly watched: Watched
    }
  | { readonly kind: 'stop'; readonly id: number; readonly drainMs: number }
  | ({ readonly kind: 'action'; readonly id: number } & NodeAction)
  | { readonly kind: 'watch'; readonly watched: Watched }
  | ({ readonly kind: 'test'; readonly id: number } & ConnectionTest)
  | RequestBatch
  | StreamedBatch

/** From a flow in its thread to the engine process. */
export type WorkerEvent =
  | { readonly kind: 'done'; readonly id: number; readonly result: CommandResult }
  | ({ readonly kind: 'refused'; readonly id: number } & Refusal)
  | { readonly kind: 'step'; readonly id: number; readonly step: TestStep }
  /** Indices of nodes in the marker; comes before any code of theirs runs. */
  | {
      readonly kind: 'seated'
      readonly seats: readonly { readonly index: number; readonly node: string }[]
    }
  /** Answered through the shared memory of the beat, because the node waits for it. */
  | { readonly kind: 'take-route'; readonly number: number; readonly route: HttpRoute }
  | { readonly kind: 'release-route'; readonly number: number }
  | { readonly kind: 'reports'; readonly batch: FlowReports }
  | { readonly kind: 'finished' }
  /** Last words before the thread ends by itself. */
  | { readonly kind: 'crashed'; readonly node?: string | undefined; readonly detail: string }
  /** Likewise, but as the flow says: a node failed at a message for which it is to stop. */
  | { readonly kind: 'halted'; readonly node: string; readonly detail: string }
  | ResponseBatch
  | StreamBatch
