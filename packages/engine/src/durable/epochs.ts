import type { Timer } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'
import type {
  EpochChanges,
  EpochStore,
  HeldMessage,
  StateChange,
  StoredEpoch,
} from '../durability.ts'
import { EngineError, sentenceOf } from '../error.ts'
import type { NodeRun } from '../run/node-run.ts'
import type { HeldMessages } from './held-messages.ts'
import { changesOf, markStored } from './node-changes.ts'
import { originMap } from './restored.ts'
import { mayBeUnstorable, withoutUnstorable } from './unstorable.ts'

/** How often an epoch ends where the host does not say. */
const usualEpochMs = 1_000
/** Storing takes at most one part in so many of the time. */
const shareOfTime = 10

interface Known {
  readonly type: string
  readonly version: number
}

interface EpochsParts {
  readonly host: EngineHost
  readonly store: EpochStore
  readonly held: HeldMessages
  /** The nodes that run, each after all that send to it. */
  readonly runs: () => readonly NodeRun[]
}

/** Ends an epoch every second: stores all that changed in it in one transaction. */
export class Epochs {
  /** Number of the last epoch that was stored. */
  epoch = 0
  lastStoredAt: number | undefined
  storedInMs = 0
  changedKeys = 0
  /** Why the last epoch could not be stored. */
  failure: string | undefined
  private readonly parts: EpochsParts
  /** The nodes of which something is stored. */
  private known = new Map<string, Known>()
  private timer: Timer | undefined
  private isRunning = false

  constructor(parts: EpochsParts) {
    this.parts = parts
  }

  /** What the last epoch left; throws when it cannot be read. */
  open(): StoredEpoch | undefined {
    const last = this.read()
    this.epoch = last?.epoch ?? 0
    for (const { node, type, version } of last?.nodes ?? []) this.known.set(node, { type, version })
    return last
  }

  /** From now on epochs end by themselves. */
  begin(): void {
    this.isRunning = true
    this.timer ??= this.schedule(this.epochMs)
  }

  /**
   * Where nothing is stored yet and a node prepares for epochs: stores what it begins with, before
   * it is given anything. After a crash within the first epoch it is there that it begins again.
   */
  storeFirst(): void {
    if (this.epoch > 0) return
    const prepares = this.parts.runs().some((run) => run.behaviour.beforeEpoch !== undefined)
    if (!prepares) return
    this.isRunning = true
    this.store()
    this.rest()
  }

  /** No epoch ends until `begin`. */
  rest(): void {
    this.isRunning = false
    this.timer?.cancel()
    this.timer = undefined
  }

  /** Ends the epoch now, if anything changed in it. What fails is tried again with the next. */
  store(): void {
    if (!this.isRunning) return
    const { clock } = this.parts.host
    const before = clock.monotonic()
    const runs = this.parts.runs()
    try {
      prepare(runs)
      const changes = this.changes(runs)
      if (changes === undefined) return
      for (const { intake } of runs) intake?.syncNow()
      this.commit(changes)
      this.noteStored(changes, runs)
    } catch (error) {
      this.noteFailure(error)
      return
    }
    this.storedInMs = clock.monotonic() - before
    for (const { intake } of runs) intake?.release(intake.position)
    for (const run of runs) if (run.behaviour.afterEpoch !== undefined) confirm(run)
  }

  private get epochMs(): number {
    return this.parts.host.epochMs ?? usualEpochMs
  }

  private schedule(delayMs: number): Timer {
    return this.parts.host.schedule(delayMs, () => {
      this.timer = undefined
      if (!this.isRunning) return
      this.store()
      this.timer = this.schedule(Math.max(this.epochMs, this.storedInMs * shareOfTime))
    })
  }

  private read(): StoredEpoch | undefined {
    try {
      return this.parts.store.last()
    } catch (error) {
      const message = `The stored state cannot be read: ${sentenceOf(error)}`
      throw new EngineError('STATE_UNREADABLE', message, { cause: error })
    }
  }

  /** All that the epoch changed; undefined where that is nothing. */
  private changes(runs: readonly NodeRun[]): EpochChanges | undefined {
    const { known } = this
    const nodes: EpochChanges['nodes'][number][] = []
    const removed = new Set(known.keys())
    const state: StateChange[] = []
    const time: StateChange[] = []
    for (const run of runs) {
      const { type, version } = describe(run)
      const before = known.get(run.id)
      const isKnown = before?.type === type
      if (isKnown) removed.delete(run.id)
      if (before?.version !== version || !isKnown) nodes.push({ node: run.id, type, version })
      const changes = changesOf(run, isKnown)
      for (const change of changes.state) state.push(change)
      if (isKnown && run.startsTimeAnew) time.push(...this.forgottenTime(run))
      for (const change of changes.time) time.push(change)
    }
    const { held, released } = this.parts.held.changes()
    const count = nodes.length + removed.size + state.length + held.length + released.length
    if (count === 0) return undefined
    for (const change of time) state.push(change)
    return { epoch: this.epoch + 1, nodes, removed: [...removed], state, held, released }
  }

  /** What is stored of the time of the node in whose place this one runs. */
  private forgottenTime({ id }: NodeRun): StateChange[] {
    const stored = [...this.parts.store.entries(id, originMap)]
    return stored.map(([key]) => ({ node: id, map: originMap, key, value: undefined }))
  }

  private commit(changes: EpochChanges): void {
    const { store } = this.parts
    try {
      store.commit(changes)
    } catch (error) {
      if (!mayBeUnstorable(error)) throw error
      const canStore = store.canStore && ((value: unknown) => store.canStore?.(value) === true)
      const rest = withoutUnstorable(changes, canStore)
      if (rest.left.length === 0) throw error
      store.commit(rest.changes)
      this.noteLeft(rest.left)
    }
  }

  private noteStored(changes: EpochChanges, runs: readonly NodeRun[]): void {
    const { host, held } = this.parts
    for (const run of runs) markStored(run)
    held.stored()
    this.known = new Map(runs.map((run) => [run.id, describe(run)]))
    this.epoch = changes.epoch
    this.lastStoredAt = host.clock.now()
    this.changedKeys = changes.state.length
    if (this.failure === undefined) return
    this.failure = undefined
    this.log('info', 'The state of the flow is stored again.')
  }

  /** Told once, until it is stored again. */
  private noteFailure(error: unknown): void {
    const isNew = this.failure === undefined
    this.failure = sentenceOf(error)
    if (!isNew) return
    const text = `The state of the flow could not be stored, which is tried again: ${this.failure}`
    this.log('error', text)
  }

  /** Once for each node, as there may be thousands. */
  private noteLeft(left: readonly (StateChange | HeldMessage)[]): void {
    for (const [node, all] of Map.groupBy(left, (one) => one.node)) {
      const [first] = all
      if (first === undefined) continue
      const more = all.length > 1 ? ` and ${all.length - 1} more` : ''
      const what =
        'map' in first ? `"${first.key}" of its state "${first.map}"` : 'a message it holds'
      const text = `After a crash ${what}${more} will be missing: it contains what cannot be stored.`
      this.log('warn', text, node)
    }
  }

  private log(level: 'info' | 'warn' | 'error', text: string, node?: string): void {
    const { host } = this.parts
    const time = host.clock.now()
    host.log(node === undefined ? { time, level, text } : { time, level, text, node })
  }
}

function describe({ planned }: NodeRun): Known {
  return { type: planned.document.type, version: planned.descriptor.version }
}

/** Lets nodes put into state what has to be there; one that fails keeps the epoch from being stored. */
function prepare(runs: readonly NodeRun[]): void {
  for (const run of runs) {
    const { behaviour } = run
    if (behaviour.beforeEpoch === undefined) continue
    const thrown = run.attempt(() => behaviour.beforeEpoch?.())
    if (thrown === undefined) continue
    const message = `Node "${run.planned.name}" was not ready: ${sentenceOf(thrown)}`
    throw new EngineError('EPOCH_REFUSED', message, { node: run.id, cause: thrown })
  }
}

function confirm(run: NodeRun): void {
  run.runAttributed(() => run.behaviour.afterEpoch?.())
}
