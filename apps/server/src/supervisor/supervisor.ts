import type { DeploymentSpec, NodesCheck, UpdateReport } from '@millrace/engine'
import type { ConnectionDocument, Problem } from '@millrace/flow'
import type {
  CountersBatch,
  DebugBatch,
  DeploymentInfo,
  LogEntry,
  PointsBatch,
  ServerStatus,
  StatusesBatch,
  TapsBatch,
} from '@millrace/protocol'
import type { AlertReport, TestStep } from '@millrace/sdk'
import type { Watched } from '../engine-process/watched.ts'

export type { Watched }

/**
 * Keeps the engine process and its flows running, and is the only way to them. Nothing that a flow
 * does reaches the process that holds a supervisor, save as an event here.
 */
export interface Supervisor {
  /** Starts the engine process; settles when it takes deployments and `flowHttpUrl` is known. */
  start(): Promise<void>
  /** Drains and stops all flows, then ends the engine process. */
  close(options: { readonly drainMs: number }): Promise<void>

  /**
   * Makes `spec.flow` the running version of the flow of that name; starting is deploying onto
   * nothing. Rejects with a `SupervisorError` when it cannot start: then the flow is `failed`.
   */
  deploy(spec: DeploymentSpec, version: number): Promise<DeployOutcome>
  /** Ends the flow, drained; one that does not run is left as it is. */
  stop(flow: string): Promise<void>
  /** Drops what is known about a flow that was deleted, stopping it first. */
  forget(flow: string): Promise<void>
  /** What the flow kept on disk is gone. */
  onStateReset(flow: string): void
  /** Rejects with a `SupervisorError` when the node refuses or the flow does not run. */
  action(flow: string, node: string, name: string, argument?: unknown): Promise<void>
  /** Says what of a flow is looked at; replaces what was said before and outlives restarts. */
  watch(flow: string, watched: Watched): void
  /**
   * Somebody works on a flow with nodes of these types: where it does not run yet, what its start
   * takes longest for is done ahead.
   */
  prepare(flow: string, types: readonly string[]): void
  /** Opens the connection apart from all flows, and tells step by step what was found. */
  testConnection(
    connection: ConnectionDocument,
    secrets: DeploymentSpec['secrets'],
    onStep?: (step: TestStep) => void,
  ): Promise<readonly TestStep[]>

  /** Asks nodes, apart from all flows, what would keep them from their work. */
  check(check: NodesCheck): Promise<readonly Problem[]>

  info(flow: string): DeploymentInfo
  engine(): ServerStatus['engine']
  /** Where flows answer HTTP, such as `http://127.0.0.1:1881`; undefined while no engine runs. */
  flowHttpUrl(): string | undefined
  /** Resident memory of the engine process as last read, in bytes. */
  engineMemoryBytes(): number
  engineProcessId(): number | undefined

  /** Returns the function that stops listening. A listener must not throw. */
  on<Name extends keyof SupervisorEvents>(event: Name, listener: SupervisorEvents[Name]): () => void
}

export interface DeployOutcome extends UpdateReport {
  /** From the call until the new version ran. */
  readonly tookMs: number
}

/** `points` and `alerts` come whether or not a flow is watched: history and lists live on them. */
export interface SupervisorEvents {
  deployment: (flow: string, deployment: DeploymentInfo) => void
  counters: (batch: CountersBatch) => void
  /** All that is known on `watch`, afterwards what changed. */
  statuses: (batch: StatusesBatch) => void
  debug: (batch: DebugBatch) => void
  points: (flow: string, batch: PointsBatch) => void
  alerts: (flow: string, node: string, reports: readonly AlertReport[]) => void
  taps: (batch: TapsBatch) => void
  log: (flow: string, entries: readonly LogEntry[]) => void
  /** Every source of the flow has come to its end, and all is drained; it stays until it is stopped. */
  finished: (flow: string) => void
  engine: (state: ServerStatus['engine']) => void
}

/** Why a request to a flow failed; `node` where one is to blame. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError'
  readonly code: string
  readonly node: string | undefined

  constructor(code: string, message: string, node?: string) {
    super(message)
    this.code = code
    this.node = node
  }
}
