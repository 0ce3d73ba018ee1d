import type { KeyedState, State } from '@millrace/sdk'
import { TrackedState } from './tracked-state.ts'
import type { TrackedOptions } from './tracked-state.ts'

type Key = string | number
export type StateEntries = readonly (readonly [Key, unknown])[]

/** How a map of this name is kept, where epochs are stored. */
export type Tracking = (map: string) => TrackedOptions

/** All maps of a node by name. A node that takes another's place takes its maps over. */
export class NodeState implements State {
  private readonly tracking: Tracking | undefined
  private readonly maps: Map<string, KeyedState<unknown>>

  /** Where changes are tracked, each epoch stores no more than them. */
  constructor(tracking?: Tracking, maps: Map<string, KeyedState<unknown>> = new Map()) {
    this.tracking = tracking
    this.maps = maps
  }

  /** The entries become the node's own. */
  static restored(
    given: Readonly<Record<string, Iterable<readonly [Key, unknown]>>>,
    tracking: Tracking | undefined,
  ): NodeState {
    const state = new NodeState(tracking)
    for (const [name, entries] of Object.entries(given)) state.open(name, entries)
    return state
  }

  map<Value>(name: string): KeyedState<Value> {
    const state = this.maps.get(name) ?? this.open(name, [])
    // The node alone reads and writes its maps, so it says of which type they are.
    return state as KeyedState<Value>
  }

  /** What the next epoch has to store, by map, key and value; undefined for what was deleted. */
  *changes(): Iterable<readonly [string, Key, unknown]> {
    for (const [name, state] of this.maps) {
      if (!(state instanceof TrackedState)) continue
      for (const [key, value] of state.changes()) yield [name, key, value]
    }
  }

  *all(): Iterable<readonly [string, Key, unknown]> {
    for (const [name, state] of this.maps) {
      for (const [key, value] of state.entries()) yield [name, key, value]
    }
  }

  /** The epoch is stored. */
  stored(): void {
    for (const state of this.maps.values()) if (state instanceof TrackedState) state.stored()
  }

  /** The state for a node of the same type that takes over: the same maps, not copies. */
  handedOver(): NodeState {
    return new NodeState(this.tracking, this.maps)
  }

  snapshot(): Record<string, StateEntries> {
    const snapshot: Record<string, StateEntries> = {}
    for (const [name, state] of this.maps) {
      if (state.size > 0) snapshot[name] = structuredClone([...state.entries()])
    }
    return snapshot
  }

  private open(name: string, entries: Iterable<readonly [Key, unknown]>): KeyedState<unknown> {
    const { tracking } = this
    const state = tracking ? new TrackedState(entries, tracking(name)) : new Map(entries)
    this.maps.set(name, state)
    return state
  }
}
