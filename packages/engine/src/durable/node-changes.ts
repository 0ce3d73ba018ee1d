import type { StateChange, StateKey } from '../durability.ts'
import type { NodeRun } from '../run/node-run.ts'
import { intakeMap, originMap, watermarkMap } from './restored.ts'

/** What an epoch has to store of one node. */
export interface NodeChanges {
  readonly state: readonly StateChange[]
  /**
   * How far time has come. Alone it is no reason to store anything: it comes that far again by
   * itself.
   */
  readonly time: readonly StateChange[]
}

/** What changed since the last epoch, or all there is of a node that the store does not know. */
export function changesOf(run: NodeRun, isKnown: boolean): NodeChanges {
  const state = [...ownChanges(run, isKnown), ...intakeChanges(run, isKnown)]
  return { state, time: timeChanges(run, isKnown) }
}

/** The epoch is stored. */
export function markStored(run: NodeRun): void {
  run.state.stored()
  run.origin?.stored()
  run.startsTimeAnew = false
  run.storedWatermark = run.stop?.sent ?? -Infinity
  if (run.intake !== undefined) run.storedPosition = run.intake.position
}

function ownChanges({ id, state }: NodeRun, isKnown: boolean): StateChange[] {
  const changes: StateChange[] = []
  for (const [map, key, value] of isKnown ? state.changes() : state.all()) {
    changes.push({ node: id, map, key, value })
  }
  return changes
}

function intakeChanges(run: NodeRun, isKnown: boolean): StateChange[] {
  const position = run.intake?.position
  if (position === undefined || (isKnown && position === run.storedPosition)) return []
  return [{ node: run.id, map: intakeMap, key: 'position', value: position }]
}

function timeChanges(run: NodeRun, isKnown: boolean): StateChange[] {
  const changes: StateChange[] = []
  const entries = (isKnown ? run.origin?.changes() : run.origin?.entries()) ?? []
  for (const [key, value] of entries) add(changes, run, { map: originMap, key, value })
  const sent = run.stop?.sent ?? -Infinity
  if (!isKnown || sent !== run.storedWatermark) {
    add(changes, run, { map: watermarkMap, key: '', value: sent })
  }
  return changes
}

function add(
  changes: StateChange[],
  { id }: NodeRun,
  { map, key, value }: { readonly map: string; readonly key: StateKey; readonly value: number },
): void {
  if (Number.isFinite(value)) changes.push({ node: id, map, key, value })
}
