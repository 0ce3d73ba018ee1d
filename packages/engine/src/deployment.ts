import type { ConnectionDocument, Flow } from '@millrace/flow'
import type { Clock, HttpService, Message, NodeType, Report, Status, Timer } from '@millrace/sdk'
import type { EpochStore, IngestLog } from './durability.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { LogEntry } from './log.ts'

/** All that a deployment needs to know about what it runs. */
export interface DeploymentSpec {
  readonly flow: Flow
  readonly connections: readonly ConnectionDocument[]
  /** Secret values by owner and field: `{ 'connection/<id>': { password: '…' } }`. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What a person calls the types of its nodes; for what is said of nodes without a name. */
  readonly titles?: Readonly<Record<string, string>>
}

/** What the engine is given by whoever hosts it; tests replace all of it. */
export interface EngineHost {
  /** Node types by type name, all that the flow uses. */
  readonly nodeTypes: ReadonlyMap<string, NodeType>
  readonly clock: Clock
  /** Calls `run` once after the delay. The engine builds every timer on it. */
  schedule(delayMs: number, run: () => void): Timer
  readonly http: HttpService
  log(entry: LogEntry): void
  status(node: string, status: Status): void
  report(node: string, report: Report): void
  /** Takes the flow's secrets out of what a node says went wrong, before it travels on. */
  redact?(text: string): string
  /** Whether anybody looks at this node's debug reports. */
  isWatched(node: string): boolean
  /** Calls `told` with what promises that inherit from this prototype are left rejected with. */
  takeRejections?(promisePrototype: object, told: (reason: unknown) => void): void
  /** Shared memory for counters and the watchdog marker; plain memory in tests. */
  readonly gauges: GaugeMemory
  /** Where the deployment's epochs are stored; without it the deployment is not durable. */
  readonly epochs?: EpochStore
  /** How often an epoch ends, if anything changed in it; every second when absent. */
  readonly epochMs?: number
  /**
   * Values of one state map that stay in memory; more are read from the last epoch when they are
   * asked for. Two million when absent.
   */
  readonly stateKeysMax?: number
  /** Opens the ingest log of a source node; without it nothing is logged. */
  openIngestLog?(node: string): IngestLog
  /** Nobody can press a button of a node; sources that only wait for one end. */
  readonly isUnattended?: boolean
  /** Where messages go that nodes give up; without it they leave by the error port. */
  readonly deadLetters?: DeadLetters
  /** A node failed at a message, and its flow is to stop for that. It is not to be started again. */
  halt?(node: string, reason: string): void
}

/**
 * Numbers that another thread may read at any moment, even while this one is stuck.
 * `marker[0]` is the index of the node whose code runs now, −1 when none does.
 */
export interface GaugeMemory {
  /** Room for `count` more numbers, all zero. */
  allocate(count: number): Float64Array
  readonly marker: Int32Array
  /**
   * Told which nodes are about to be created and their indices in the marker, before any code of
   * theirs runs, so that a node that is stuck as it starts can be named too.
   */
  seated?(seats: readonly { readonly index: number; readonly node: string }[]): void
}

/** What an update did. */
export interface UpdateReport {
  readonly started: readonly string[]
  readonly restarted: readonly string[]
  readonly removed: readonly string[]
}

export interface PortCounter {
  readonly node: string
  readonly port: string
  readonly count: number
}

export interface NodeGauges {
  readonly node: string
  readonly received: number
  readonly errors: number
  readonly inFlight: number
  readonly isPressing: boolean
  readonly watermark: number | null
  /** It presses, and nothing after it does: the flow is as slow as this node. */
  readonly isBottleneck: boolean
  /** Of a node where event time begins: the partition that is well behind the others. */
  readonly slowestPartition?: string | number
}

/** How the state of a durable deployment is kept. */
export interface DurabilityNumbers {
  /** Number of the last epoch that was stored; 0 when there was none yet. */
  readonly epoch: number
  /** Milliseconds since the epoch. */
  readonly lastStoredAt: number | undefined
  readonly storedInMs: number
  readonly changedKeys: number
  /** Messages that nodes have taken in and not dealt with yet. */
  readonly heldMessages: number
  readonly intakes: readonly IntakeNumbers[]
  /** Why the last epoch could not be stored; it is tried again. */
  readonly error: string | undefined
}

/** The ingest log of one source. */
export interface IntakeNumbers {
  readonly node: string
  readonly bytes: number
  /** Records that wait for the flow. */
  readonly backlog: number
  /** Records that were dropped, as its overflow policy wants it. */
  readonly dropped: number
  readonly isFull: boolean
}

/** State of every node by name of its map; survives structured cloning. */
export type Snapshot = Readonly<
  Record<string, Readonly<Record<string, readonly (readonly [string | number, unknown])[]>>>
>

/** One running flow. Made by `openDeployment(spec, host)`; nothing runs before `start`. */
export interface Deployment {
  /**
   * Starts all nodes, sources last. Rejects with an `EngineError` that names the node when one
   * cannot start; then everything is closed again.
   */
  start(): Promise<void>
  /**
   * Makes the running flow the wanted one: nodes that did not change keep running with their state,
   * wires are moved without a restart, a changed node keeps its state where the names of its maps
   * and its type are the same. Starting is the same path, from an empty flow.
   */
  update(spec: DeploymentSpec): Promise<UpdateReport>
  /**
   * Stops intake, drains what is in flight for at most `drainMs`, flushes sinks, ends the last epoch
   * and closes all.
   */
  stop(options: { readonly drainMs: number }): Promise<void>
  /** Passes a command to a node, such as the inject button's. Throws when the node refuses it. */
  action(node: string, name: string, argument?: unknown): void
  /**
   * Looks at the messages of an output port until the returned function is called. `see` must not
   * keep or change the message.
   */
  tap(node: string, port: string, see: (message: Message) => void): () => void
  counters(): { readonly ports: readonly PortCounter[]; readonly nodes: readonly NodeGauges[] }
  /** Ends the epoch now, where the host stores epochs; whether it is stored, `durability` says. */
  storeEpoch(): void
  /** Undefined where the host stores no epochs. */
  durability(): DurabilityNumbers | undefined
  /** Index of each node in `gauges.marker`, for naming the one that is stuck. */
  nodeAt(index: number): string | undefined
  snapshot(): Snapshot
  /** To be called before `start`. What an epoch store has takes precedence. */
  restore(snapshot: Snapshot): void
  /** Settles when every source has ended and all is drained; for `millrace run` and golden flows. */
  readonly ended: Promise<void>
}
