/** What is stored of a state map: its keys are texts or numbers. */
export type StateKey = string | number

/** One value of a node's state; undefined for one that was deleted. */
export interface StateChange {
  readonly node: string
  readonly map: string
  readonly key: StateKey
  readonly value: unknown
}

/** A message that a node holds: taken in, not yet dealt with. Given to it again after a crash. */
export interface HeldMessage {
  /** Unique in the deployment, growing in the order in which the messages were held. */
  readonly id: number
  readonly node: string
  readonly input: number
  readonly message: unknown
}

/** All that one epoch changed; stored in one transaction, or not at all. */
export interface EpochChanges {
  readonly epoch: number
  /** Type and version of each node's descriptor, for nodes that are new since the last epoch. */
  readonly nodes: readonly {
    readonly node: string
    readonly type: string
    readonly version: number
  }[]
  /**
   * Nodes that left the flow; all that is stored of them goes, before anything else of this epoch is
   * stored: a node whose type changed is among these and among `nodes`.
   */
  readonly removed: readonly string[]
  readonly state: readonly StateChange[]
  readonly held: readonly HeldMessage[]
  /** Ids of held messages that are dealt with by now. */
  readonly released: readonly number[]
}

/** What the last complete epoch of a deployment left. */
export interface StoredEpoch {
  readonly epoch: number
  readonly nodes: readonly {
    readonly node: string
    readonly type: string
    readonly version: number
  }[]
  /** In the order in which they were held. */
  readonly held: readonly HeldMessage[]
}

/**
 * Stores epochs. Made by the host, which closes it after the deployment has stopped; all calls come
 * from the thread that runs the deployment.
 */
export interface EpochStore {
  /** The last complete epoch; undefined where there is none. Throws when it cannot be read. */
  last(): StoredEpoch | undefined
  /** All values of a map of a node, as of the last epoch. */
  entries(node: string, map: string): Iterable<readonly [StateKey, unknown]>
  /** One value, for maps that are not held in memory as a whole. */
  value(node: string, map: string, key: StateKey): unknown
  /** Names of the maps that are stored of a node. */
  maps(node: string): readonly string[]
  /** Returns once the epoch is on disk; throws when it could not be stored, leaving the last one. */
  commit(changes: EpochChanges): void
  /**
   * Whether a value can be stored at all, room given. Asked after an epoch was refused; without it,
   * what survives structured cloning can be.
   */
  canStore?(value: unknown): boolean
  close(): void
}

/** A record in an ingest log. */
export interface IngestRecord {
  /** Grows by one from record to record. */
  readonly position: number
  /** Processing time when it was taken, in milliseconds since the epoch. */
  readonly takenAt: number
  readonly bytes: Uint8Array
}

/**
 * The ingest log of one source node: records in segments of bounded size, appended in groups. Opened
 * by the host when the engine asks for it, closed by the engine.
 */
export interface IngestLog {
  /** Position of the newest record; 0 when there was never one. */
  readonly last: number
  /** Bytes on disk, with what is about to be written. */
  readonly bytes: number
  /** Whether appending must wait, because the disk is full or the bound of the log is reached. */
  readonly isFull: boolean
  /**
   * Appends a record and gives its position. `safe` is called, in order, once it is synced to disk,
   * or with the error that kept it from there; then the record is not in the log. One that is
   * awaited is written as soon as the disk is free.
   */
  append(
    bytes: Uint8Array,
    takenAt: number,
    safe: (error?: unknown) => void,
    isAwaited?: boolean,
  ): number
  /** Up to `limit` records after the position, oldest first, those not yet synced among them. */
  read(after: number, limit: number): readonly IngestRecord[]
  /**
   * Returns once all that was appended is on disk, or throws what kept it from there. Called before
   * each epoch that knows of a record: a crash must not take it from the log alone.
   */
  syncNow(): void
  /**
   * Records up to here are in a stored epoch: they may go when retention says so. Also called when
   * the log was opened; no record gets a position up to this one any more.
   */
  release(position: number): void
  close(): Promise<void>
}
