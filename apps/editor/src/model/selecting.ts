import { wiresOf } from './document.ts'
import type { FlowCore } from './flow-core.ts'

/** Commands that choose; none of them is a step of the history. */
export interface Selecting {
  select(nodes: Iterable<string>, wires?: Iterable<string>): void
  /** Adds to what is selected, or takes away what was. */
  toggle(what: { readonly node: string } | { readonly wire: string }): void
  selectAll(): void
  clearSelection(): void
  /** Adds all that the selected nodes get messages from, or send them to. */
  selectUpstream(): void
  selectDownstream(): void
  /** Where the keyboard is. */
  focusNode(node: string | undefined): void
}

export function createSelecting(core: FlowCore): Selecting {
  const state = () => core.store.getState()
  return {
    select(nodes, wires = []) {
      core.seal()
      const chosen = new Set(nodes)
      core.select({ nodes: chosen, wires: new Set(wires) })
      const [first] = chosen
      if (first !== undefined && !chosen.has(state().focus ?? ''))
        core.store.setState({ focus: first })
    },
    toggle(what) {
      const { selection } = state()
      core.select(
        'node' in what
          ? { ...selection, nodes: flipped(selection.nodes, what.node) }
          : { ...selection, wires: flipped(selection.wires, what.wire) },
      )
    },
    selectAll: () => core.select({ nodes: new Set(state().document.nodes.keys()) }),
    clearSelection: () => {
      core.seal()
      core.select({})
    },
    selectUpstream: () => core.select({ nodes: reach(core, 'incoming') }),
    selectDownstream: () => core.select({ nodes: reach(core, 'outgoing') }),
    focusNode: (focus) => core.store.setState({ focus }),
  }
}

function flipped(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(key)) next.add(key)
  return next
}

function reach(core: FlowCore, direction: 'incoming' | 'outgoing'): ReadonlySet<string> {
  const { selection, document } = core.store.getState()
  const seen = new Set(selection.nodes)
  const open = [...seen]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const id of wiresOf(core.wires(), node)[direction]) {
      const wire = document.wires.get(id)
      const next = direction === 'incoming' ? wire?.from.node : wire?.to.node
      if (next === undefined || seen.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return seen
}
