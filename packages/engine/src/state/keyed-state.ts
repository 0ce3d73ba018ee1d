import type { KeyedState, State } from '@millrace/sdk'

type Key = string | number
export type StateEntries = readonly (readonly [Key, unknown])[]

/** One named map of a node. Changes are noted only while somebody stores them. */
export class MemoryState implements KeyedState<unknown> {
  private readonly values: Map<Key, unknown>
  private changed: Set<Key> | undefined

  constructor(entries: StateEntries = []) {
    this.values = new Map(entries)
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

  /** Begins to note changes; for a checkpoint that stores only those. */
  trackChanges(): void {
    this.changed ??= new Set()
  }

  /** The keys that changed since the last call; a key without a value was deleted. */
  takeChanges(): ReadonlySet<Key> {
    const changed = this.changed ?? new Set<Key>()
    if (this.changed !== undefined) this.changed = new Set()
    return changed
  }
}

/** All maps of a node by name. A node that takes another's place takes its maps over. */
export class NodeState implements State {
  private readonly maps: Map<string, MemoryState>

  constructor(maps: Map<string, MemoryState> = new Map()) {
    this.maps = maps
  }

  static restored(snapshot: Readonly<Record<string, StateEntries>>): NodeState {
    const maps = new Map<string, MemoryState>()
    for (const [name, entries] of Object.entries(snapshot)) {
      maps.set(name, new MemoryState(structuredClone(entries)))
    }
    return new NodeState(maps)
  }

  map<Value>(name: string): KeyedState<Value> {
    let state = this.maps.get(name)
    if (state === undefined) {
      state = new MemoryState()
      this.maps.set(name, state)
    }
    // The node alone reads and writes its maps, so it says of which type they are.
    return state as unknown as KeyedState<Value>
  }

  /** The state for a node of the same type that takes over: the same maps, not copies. */
  handedOver(): NodeState {
    return new NodeState(this.maps)
  }

  snapshot(): Record<string, StateEntries> {
    const snapshot: Record<string, StateEntries> = {}
    for (const [name, state] of this.maps) {
      if (state.size > 0) snapshot[name] = structuredClone([...state.entries()])
    }
    return snapshot
  }
}
