import type { EpochStore, StateKey, StoredEpoch } from '../durability.ts'
import type { Snapshot } from '../deployment.ts'
import type { PlannedNode } from '../plan/plan.ts'

/** Names of the maps in which what the engine itself remembers of a node is kept. */
export const originMap = 'millrace:origin'
export const watermarkMap = 'millrace:watermark'
export const intakeMap = 'millrace:intake'

export type RestoredEntries = Iterable<readonly [StateKey, unknown]>
export type RestoredMaps = Readonly<Record<string, RestoredEntries>>

/** The maps that a new node begins with, asked for once for each node. */
export type Restored = (planned: PlannedNode) => RestoredMaps

export const nothingRestored: Restored = () => ({})

/** From a snapshot, which stays what it is. */
export function fromSnapshot(snapshot: Snapshot): Restored {
  return ({ id }) => structuredClone(snapshot[id] ?? {})
}

/** From the last epoch. State of a node that was of another type is not its state. */
export function fromStore(store: EpochStore, stored: StoredEpoch): Restored {
  const types = new Map(stored.nodes.map(({ node, type }) => [node, type]))
  return ({ id, document }) => {
    if (types.get(id) !== document.type) return {}
    const maps: Record<string, RestoredEntries> = {}
    for (const name of store.maps(id)) maps[name] = store.entries(id, name)
    return maps
  }
}
