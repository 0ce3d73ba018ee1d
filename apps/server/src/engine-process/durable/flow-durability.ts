import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EpochChanges, EpochStore, IngestLog } from '@millrace/engine'
import type { DurabilityInfo } from '@millrace/protocol'
import type { Clock, Timer } from '@millrace/sdk'
import { realLogFiles } from './log-files.ts'
import { SegmentedIngestLog } from './segmented-ingest-log.ts'
import { SqliteEpochStore } from './sqlite-epoch-store.ts'

/** Where flows keep what must outlive them; one file and one folder a flow. */
export interface DurableFolders {
  readonly state: string
  readonly intake: string
}

export interface FlowDurabilityOptions {
  readonly flow: string
  readonly folders: DurableFolders
  readonly clock: Clock
  readonly schedule: (delayMs: number, run: () => void) => Timer
  /** Something that a person should know of happened; in a sentence. */
  onProblem(problem: string, level: 'warn' | 'error'): void
  /** Called again and again while state is read or written, however much that is. */
  onProgress?(): void
  /** Runs what stores an epoch. */
  storing?(store: () => void): void
  /** The numbers have changed; called at most once a second. */
  onInfo(info: DurabilityInfo): void
}

const infoEveryMs = 1_000

/** What one deployment keeps on disk: its epochs and the ingest logs of its sources. */
export class FlowDurability {
  readonly epochs: EpochStore
  private readonly options: FlowDurabilityOptions
  private readonly store: SqliteEpochStore
  private readonly intakeFolder: string
  private readonly logs = new Map<string, SegmentedIngestLog>()
  private readonly troubles = new Map<string, string>()
  /** Something was lost for good; said until the flow is started again. */
  private loss: string | undefined
  private lastEpochAt: number | undefined
  private lastEpochMs: number | undefined
  private infoTimer: Timer | undefined

  constructor(options: FlowDurabilityOptions) {
    const { flow, folders, clock } = options
    this.options = options
    this.intakeFolder = join(folders.intake, flow)
    this.store = new SqliteEpochStore({
      path: stateFile(folders, flow),
      now: () => clock.now(),
      onUnreadable: (problem) => this.onLoss(problem),
      onProgress: () => options.onProgress?.(),
    })
    this.epochs = this.guard(this.store)
  }

  /** One log a node; asked for again before it was closed, it is the same. */
  openIngestLog(node: string): IngestLog {
    const present = this.logs.get(node)
    if (present?.isClosed === false) return present
    const { clock, schedule } = this.options
    const log = new SegmentedIngestLog({
      folder: join(this.intakeFolder, node),
      clock,
      schedule,
      onTrouble: (trouble) => this.onTrouble(`intake of ${node}`, trouble),
      onDamage: (problem) => this.onLoss(problem),
    })
    this.logs.set(node, log)
    return log
  }

  /** Removes what sources took in that are in the flow no longer. */
  retain(nodes: ReadonlySet<string>): void {
    for (const node of realLogFiles.list(this.intakeFolder)) {
      if (nodes.has(node) || this.logs.get(node)?.isClosed === false) continue
      this.logs.delete(node)
      rmSync(join(this.intakeFolder, node), { recursive: true, force: true })
    }
  }

  info(): DurabilityInfo {
    const { lastEpochAt, lastEpochMs } = this
    const intakeBytes = [...this.logs.values()].reduce((sum, log) => sum + log.bytes, 0)
    const problem = [
      ...this.troubles.values(),
      ...(this.loss === undefined ? [] : [this.loss]),
    ].join(' ')
    return {
      stateBytes: this.store.bytes,
      intakeBytes,
      ...(lastEpochAt !== undefined && { lastEpochAt }),
      ...(lastEpochMs !== undefined && { lastEpochMs }),
      ...(problem !== '' && { problem }),
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.logs.values()].map((log) => log.close()))
    this.store.close()
    this.infoTimer?.cancel()
    this.options.onInfo(this.info())
  }

  private guard(store: SqliteEpochStore): EpochStore {
    return {
      last: () => store.last(),
      entries: (node, map) => store.entries(node, map),
      value: (node, map, key) => store.value(node, map, key),
      maps: (node) => store.maps(node),
      commit: (changes) => this.commitStoring(changes),
      canStore: (value) => store.canStore(value),
      close: () => store.close(),
    }
  }

  private commitStoring(changes: EpochChanges): void {
    const { storing } = this.options
    if (storing === undefined) this.commit(changes)
    else storing(() => this.commit(changes))
  }

  /** What an epoch knows of was taken in for good: the logs are on disk before it is. */
  private commit(changes: EpochChanges): void {
    const { clock } = this.options
    const startedMs = clock.monotonic()
    try {
      for (const log of this.logs.values()) log.syncNow()
      this.store.commit(changes)
    } catch (error) {
      // A value that cannot be stored is no trouble with the disk; the engine leaves it out.
      if (!(error instanceof Error && 'code' in error)) throw error
      for (const log of this.logs.values()) log.makeRoom()
      const why = error instanceof Error ? error.message : String(error)
      this.onTrouble('state', `State cannot be stored (${why}); it is tried again.`)
      throw error
    }
    this.onTrouble('state', undefined)
    this.lastEpochAt = clock.now()
    this.lastEpochMs = clock.monotonic() - startedMs
    this.tellSoon()
  }

  private onTrouble(where: string, trouble: string | undefined): void {
    if (this.troubles.get(where) === trouble) return
    if (trouble === undefined) this.troubles.delete(where)
    else this.troubles.set(where, trouble)
    if (trouble !== undefined) this.options.onProblem(trouble, 'error')
    else this.options.onProblem('What is kept on disk can be written again.', 'warn')
    this.tellSoon()
  }

  private onLoss(problem: string): void {
    this.loss = problem
    this.options.onProblem(problem, 'error')
    this.tellSoon()
  }

  private tellSoon(): void {
    this.infoTimer ??= this.options.schedule(infoEveryMs, () => {
      this.infoTimer = undefined
      this.options.onInfo(this.info())
    })
  }
}

export function stateFile(folders: DurableFolders, flow: string): string {
  return join(folders.state, `${flow}.sqlite`)
}
