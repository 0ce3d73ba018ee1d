import type { KeyedState, State } from '../context.ts'

type Entries = readonly (readonly [string | number, unknown])[]

/** A node's state by name of its map. */
export type NodeSnapshot = Readonly<Record<string, Entries>>

export interface TestState extends State {
  snapshot(): NodeSnapshot
}

/** State in memory; what was there before comes from a snapshot. */
export function testState(before: NodeSnapshot = {}): TestState {
  const maps = new Map<string, Map<string | number, unknown>>()
  for (const [name, entries] of Object.entries(before)) {
    maps.set(name, new Map(structuredClone(entries)))
  }
  return {
    map<Value>(name: string): KeyedState<Value> {
      const map = maps.get(name) ?? new Map<string | number, unknown>()
      maps.set(name, map)
      // The node says of which type its own state is.
      return map as KeyedState<Value>
    },
    snapshot: () => {
      const entries = [...maps].map(([name, map]) => [name, structuredClone([...map])] as const)
      return Object.fromEntries(entries)
    },
  }
}
