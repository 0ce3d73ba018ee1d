import type { DurabilityNumbers, EngineHost } from '../deployment.ts'
import type { EpochStore, StateKey } from '../durability.ts'
import type { NodeRun } from '../run/node-run.ts'
import type { Tracking } from '../state/keyed-state.ts'
import type { PlannedNode } from '../plan/plan.ts'
import { Epochs } from './epochs.ts'
import { HeldMessages } from './held-messages.ts'
import type { Held } from './held-messages.ts'
import { Intakes } from './intakes.ts'
import { fromStore } from './restored.ts'
import type { Restored } from './restored.ts'

/** Values of one map that stay in memory where the host does not say. */
const usualKeysMax = 2_000_000

interface DurableEvents {
  readonly runs: () => readonly NodeRun[]
  readonly sourceEnded: (node: NodeRun) => void
}

/** What makes a deployment outlive a crash: its epochs, its ingest logs and the messages it holds. */
export class Durable {
  readonly held = new HeldMessages()
  readonly intakes: Intakes | undefined
  readonly epochs: Epochs
  readonly tracking: (node: string) => Tracking
  private readonly store: EpochStore
  /** Messages that were held before a crash, by node, until the node is there. */
  private readonly waiting = new Map<string, { readonly type: string; readonly held: Held[] }>()

  constructor(host: EngineHost, store: EpochStore, events: DurableEvents) {
    this.store = store
    const { held } = this
    const { runs, sourceEnded } = events
    this.intakes =
      host.openIngestLog === undefined
        ? undefined
        : new Intakes(host, (node) => openLog(host, node), sourceEnded)
    this.tracking = trackingOf(store, host.stateKeysMax ?? usualKeysMax)
    this.epochs = new Epochs({ host, store, held, runs })
  }

  /** What nodes go on with after a crash; undefined where nothing is stored. Throws when unreadable. */
  open(): Restored | undefined {
    const stored = this.epochs.open()
    if (stored === undefined) return undefined
    const types = new Map(stored.nodes.map(({ node, type }) => [node, type]))
    this.intakes?.restoreTypes(types)
    for (const held of stored.held) {
      const type = types.get(held.node) ?? ''
      this.keep({ id: held.node, type }, [this.held.restore(held)])
    }
    return fromStore(this.store, stored)
  }

  /** These messages wait for a node of this id and type. */
  keep({ id, type }: { readonly id: string; readonly type: string }, held: readonly Held[]): void {
    const waiting = this.waiting.get(id) ?? { type, held: [] }
    waiting.held.push(...held)
    this.waiting.set(id, waiting)
  }

  /** The messages that a new node has to be given again. */
  heldFor({ id, document }: PlannedNode): readonly Held[] {
    const waiting = this.waiting.get(id)
    if (waiting?.type !== document.type) return []
    this.waiting.delete(id)
    return waiting.held
  }

  /** The flow is what it shall be: messages for which there is no node any more are given up. */
  forget(): void {
    for (const { held } of this.waiting.values()) for (const one of held) this.held.drop(one)
    this.waiting.clear()
  }

  numbers(): DurabilityNumbers {
    const { epoch, lastStoredAt, storedInMs, changedKeys, failure } = this.epochs
    const intakes = [...(this.intakes?.all ?? [])].map(([node, log]) => {
      const { bytes, backlog, dropped, isFull } = log
      return { node, bytes, backlog, dropped, isFull }
    })
    const heldMessages = this.held.size
    const error = failure
    return { epoch, lastStoredAt, storedInMs, changedKeys, heldMessages, intakes, error }
  }
}

function trackingOf(store: EpochStore, keysMax: number): (node: string) => Tracking {
  return (node) => (map) => {
    const value = (key: StateKey): unknown => store.value(node, map, key)
    return { keysMax, cold: { value, entries: () => store.entries(node, map) } }
  }
}

function openLog(host: EngineHost, node: string) {
  const log = host.openIngestLog?.(node)
  if (log === undefined) throw new Error('The host opens no ingest logs.')
  return log
}
