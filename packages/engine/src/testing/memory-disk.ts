import type {
  EpochChanges,
  EpochStore,
  HeldMessage,
  IngestLog,
  IngestRecord,
  StateKey,
  StoredEpoch,
} from '../durability.ts'

/** What survives a crash in a test: the epochs and ingest logs of one deployment, in memory. */
export interface MemoryDisk {
  readonly epochs: EpochStore & { readonly commits: number }
  openIngestLog(node: string): IngestLog
  /** Brings what was appended to disk, as a group sync does. */
  sync(): void
  /** Loses what was not synced. Logs that are open now are dead. */
  crash(): void
  /** With this, nothing can be stored; undefined lets it be stored again. */
  fail(error: Error | undefined): void
  /** Records that a log may have in it until it is full. */
  logMax: number
  /** The records of a node's log that are on disk. */
  records(node: string): readonly IngestRecord[]
}

interface LogFile {
  synced: IngestRecord[]
  last: number
}

export function createMemoryDisk(): MemoryDisk {
  const files = new Map<string, LogFile>()
  let open = new Set<MemoryIngestLog>()
  let failure: Error | undefined
  const check = (): void => {
    if (failure !== undefined) throw failure
  }
  const disk: MemoryDisk = {
    epochs: new MemoryEpochStore(check),
    logMax: Infinity,
    openIngestLog: (node) => {
      const file = files.get(node) ?? { synced: [], last: 0 }
      files.set(node, file)
      const log = new MemoryIngestLog(file, { check, max: () => disk.logMax })
      open.add(log)
      return log
    },
    sync: () => {
      for (const log of open) if (failure === undefined) log.sync()
    },
    crash: () => {
      for (const log of open) log.die()
      open = new Set()
    },
    fail: (error) => {
      failure = error
    },
    records: (node) => files.get(node)?.synced ?? [],
  }
  return disk
}

class MemoryEpochStore implements EpochStore {
  commits = 0
  private epoch = 0
  private readonly check: () => void
  private readonly nodes = new Map<string, { readonly type: string; readonly version: number }>()
  private readonly state = new Map<string, Map<string, Map<StateKey, unknown>>>()
  private readonly held = new Map<number, HeldMessage>()

  constructor(check: () => void) {
    this.check = check
  }

  last(): StoredEpoch | undefined {
    this.check()
    if (this.epoch === 0) return undefined
    const nodes = [...this.nodes].map(([node, { type, version }]) => ({ node, type, version }))
    const held = [...this.held.values()].toSorted((one, other) => one.id - other.id)
    return structuredClone({ epoch: this.epoch, nodes, held })
  }

  *entries(node: string, map: string): Iterable<readonly [StateKey, unknown]> {
    const entries = structuredClone([...(this.state.get(node)?.get(map) ?? [])])
    // A store says nothing of the order, and a tree gives them by key.
    yield* entries.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1))
  }

  value(node: string, map: string, key: StateKey): unknown {
    return structuredClone(this.state.get(node)?.get(map)?.get(key))
  }

  maps(node: string): readonly string[] {
    return [...(this.state.get(node)?.keys() ?? [])]
  }

  commit(changes: EpochChanges): void {
    this.check()
    const { epoch, nodes, removed, state, held, released } = structuredClone(changes)
    if (epoch !== this.epoch + 1) throw new Error(`Epoch ${epoch} comes after ${this.epoch}.`)
    for (const node of removed) this.remove(node)
    for (const { node, type, version } of nodes) this.nodes.set(node, { type, version })
    for (const { node, map, key, value } of state) {
      if (value === undefined) this.mapOf(node, map).delete(key)
      else this.mapOf(node, map).set(key, value)
    }
    for (const one of held) this.held.set(one.id, one)
    for (const id of released) this.held.delete(id)
    this.epoch = epoch
    this.commits += 1
  }

  close(): void {
    // There is nothing to close.
  }

  private remove(node: string): void {
    this.nodes.delete(node)
    this.state.delete(node)
    for (const [id, held] of this.held) if (held.node === node) this.held.delete(id)
  }

  private mapOf(node: string, name: string): Map<StateKey, unknown> {
    const maps = this.state.get(node) ?? new Map<string, Map<StateKey, unknown>>()
    this.state.set(node, maps)
    const map = maps.get(name) ?? new Map<StateKey, unknown>()
    maps.set(name, map)
    return map
  }
}

class MemoryIngestLog implements IngestLog {
  private readonly file: LogFile
  private readonly check: () => void
  private readonly max: () => number
  private unsynced: { readonly record: IngestRecord; readonly safe: () => void }[] = []
  private position: number
  private released = 0
  private isDead = false

  constructor(file: LogFile, given: { readonly check: () => void; readonly max: () => number }) {
    this.file = file
    this.check = given.check
    this.max = given.max
    this.position = file.last
  }

  get last(): number {
    return this.position
  }

  get bytes(): number {
    return this.all.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  get isFull(): boolean {
    return this.position - this.released >= this.max()
  }

  append(bytes: Uint8Array, takenAt: number, safe: () => void): number {
    this.position += 1
    const record = { position: this.position, takenAt, bytes: Uint8Array.from(bytes) }
    if (!this.isDead) this.unsynced.push({ record, safe })
    return this.position
  }

  read(after: number, limit: number): readonly IngestRecord[] {
    return this.all.filter(({ position }) => position > after).slice(0, limit)
  }

  syncNow(): void {
    this.check()
    this.sync()
  }

  sync(): void {
    const { unsynced, file } = this
    this.unsynced = []
    for (const { record } of unsynced) file.synced.push(record)
    file.last = Math.max(file.last, this.position)
    for (const { safe } of unsynced) safe()
  }

  release(position: number): void {
    this.released = Math.max(this.released, position)
    this.position = Math.max(this.position, position)
    this.file.last = Math.max(this.file.last, position)
  }

  close(): Promise<void> {
    if (!this.isDead) this.sync()
    this.isDead = true
    return Promise.resolve()
  }

  die(): void {
    this.isDead = true
    this.unsynced = []
  }

  private get all(): readonly IngestRecord[] {
    return [...this.file.synced, ...this.unsynced.map(({ record }) => record)]
  }
}
