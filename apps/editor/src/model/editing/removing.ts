import type { DocumentDraft } from '../change.ts'
import { wiresOf } from '../document.ts'
import type { FlowCore } from '../flow-core.ts'
import { healingWires } from '../wiring.ts'
import { addWire } from './add-wire.ts'
import { counted } from './labels.ts'

export interface Removing {
  /** `heal` joins what came before with what came after. */
  deleteNodes(nodes: Iterable<string>, options?: { readonly heal?: boolean }): void
  deleteSelection(options?: { readonly heal?: boolean }): void
  disconnect(wires: readonly string[]): void
  /** Takes nodes out of their wires and closes the gap, without deleting them. */
  detach(nodes: Iterable<string>): void
}

export function createRemoving(core: FlowCore): Removing {
  return {
    deleteNodes: (ids, { heal = false } = {}) =>
      deleteThings(core, { nodes: new Set(ids), wires: [], heal }),
    deleteSelection({ heal = false } = {}) {
      const { nodes, wires } = core.store.getState().selection
      deleteThings(core, { nodes, wires: [...wires], heal })
    },
    disconnect(wires) {
      core.transact(counted('Delete', wires.length, 'wire'), (draft) => {
        for (const wire of wires) draft.remove('wires', wire)
      })
    },
    detach: (ids) => detach(core, new Set(ids)),
  }
}

function deleteThings(
  core: FlowCore,
  what: {
    readonly nodes: ReadonlySet<string>
    readonly wires: readonly string[]
    readonly heal: boolean
  },
): void {
  const { nodes, wires, heal } = what
  const label =
    nodes.size === 0
      ? counted('Delete', wires.length, 'wire')
      : counted('Delete', nodes.size, 'node')
  core.transact(
    label,
    (draft) => {
      if (heal)
        for (const wire of healingWires(draft.now, core.wires(), nodes)) addWire(draft, wire)
      for (const wire of wires) draft.remove('wires', wire)
      removeWiresOf(core, draft, nodes)
      for (const id of nodes) {
        draft.remove('nodes', id)
        draft.remove('layout', id)
      }
      leaveGroups(draft, nodes)
    },
    { select: {} },
  )
}

function removeWiresOf(core: FlowCore, draft: DocumentDraft, nodes: ReadonlySet<string>): void {
  for (const id of nodes) {
    const { incoming, outgoing } = wiresOf(core.wires(), id)
    for (const wire of [...incoming, ...outgoing]) draft.remove('wires', wire)
  }
}

function leaveGroups(draft: DocumentDraft, gone: ReadonlySet<string>): void {
  for (const group of draft.now.groups.values()) {
    const nodes = group.nodes.filter((id) => !gone.has(id))
    if (nodes.length === group.nodes.length) continue
    if (nodes.length === 0) draft.remove('groups', group.id)
    else draft.set('groups', group.id, { ...group, nodes })
  }
}

function detach(core: FlowCore, nodes: ReadonlySet<string>): void {
  core.transact(counted('Detach', nodes.size, 'node'), (draft) => {
    for (const wire of healingWires(draft.now, core.wires(), nodes)) addWire(draft, wire)
    for (const [id, { from, to }] of draft.now.wires)
      if (nodes.has(from.node) !== nodes.has(to.node)) draft.remove('wires', id)
  })
}
