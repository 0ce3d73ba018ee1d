import type { KeyedState, State } from '@millrace/sdk'

type Key = string | number
export type StateEntries = readonly (readonly [Key, unknown])[]

/** One named map of a node. Changes are noted only while somebody stores them. */
export class MemoryState implements KeyedState<unknown> {
  private readonly values: Map<Key, unknown>
  private readonly changed: Set<Key> | undefined

  constructor(entries: Iterable<readonly [Key, unknown]> = [], isTracked = false) {
    this.values = new Map(entries)
    if (isTracked) this.changed = new Set()
  }

  get size(): number {
    return this.values.size
  }

  get(key: Key): unknown {
    return this.values.get(key)
  }

  set(key: Key, value: unknown): void {
    this.values.set(key, value)
    this.changed?.add(key)
  }

  delete(key: Key): void {
    this.values.delete(key)
    this.changed?.add(key)
  }

  keys(): IterableIterator<Key> {
    return this.values.keys()
  }

  entries(): IterableIterator<[Key, unknown]> {
    return this.values.entries()
  }

  clear(): void {
    if (this.changed !== undefined) for (const key of this.values.keys()) this.changed.add(key)
    this.values.clear()
  }

  /** The keys that changed since the last epoch was stored; one without a value was deleted. */
  get changedKeys(): ReadonlySet<Key> {
    return this.changed ?? none
  }

  /** What changed is stored now. */
  stored(): void {
    this.changed?.clear()
  }
}

const none: ReadonlySet<Key> = new Set()

/** All maps of a node by name. A node that takes another's place takes its maps over. */
export class NodeState implements State {
  private readonly maps: Map<string, MemoryState>
  private readonly isTracked: boolean

  /** Where changes are tracked, each epoch stores no more than them. */
  constructor(isTracked = false, maps: Map<string, MemoryState> = new Map()) {
    this.isTracked = isTracked
    this.maps = maps
  }

  /** The entries become the node's own. */
  static restored(
    given: Readonly<Record<string, Iterable<readonly [Key, unknown]>>>,
    isTracked: boolean,
  ): NodeState {
    const maps = new Map<string, MemoryState>()
    for (const [name, entries] of Object.entries(given)) {
      maps.set(name, new MemoryState(entries, isTracked))
    }
    return new NodeState(isTracked, maps)
  }

  map<Value>(name: string): KeyedState<Value> {
    let state = this.maps.get(name)
    if (state === undefined) {
      state = new MemoryState([], this.isTracked)
      this.maps.set(name, state)
    }
    // The node alone reads and writes its maps, so it says of which type they are.
    return state as unknown as KeyedState<Value>
  }

  get byName(): ReadonlyMap<string, MemoryState> {
    return this.maps
  }

  /** The state for a node of the same type that takes over: the same maps, not copies. */
  handedOver(): NodeState {
    return new NodeState(this.isTracked, this.maps)
  }

  snapshot(): Record<string, StateEntries> {
    const snapshot: Record<string, StateEntries> = {}
    for (const [name, state] of this.maps) {
      if (state.size > 0) snapshot[name] = structuredClone([...state.entries()])
    }
    return snapshot
  }
}
