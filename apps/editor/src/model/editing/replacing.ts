import type { FlowNode } from '@millrace/flow'
import { nameOf, portsOf } from '../catalog.ts'
import type { DocumentDraft } from '../change.ts'
import { wiresOf } from '../document.ts'
import type { FlowCore } from '../flow-core.ts'
import { addWire } from './add-wire.ts'

export function replaceType(core: FlowCore, id: string, type: string): void {
  const catalog = core.catalog()
  const before = core.store.getState().document.nodes.get(id)
  const descriptor = catalog.descriptors.get(type)
  if (before === undefined || descriptor === undefined || before.type === type) return
  const shared = Object.entries(before.config).filter(
    ([field]) =>
      descriptor.fields[field]?.kind === catalog.descriptors.get(before.type)?.fields[field]?.kind,
  )
  const after: FlowNode = { ...before, type, config: Object.fromEntries(shared) }
  core.transact(`Replace ${nameOf(catalog, before)} by ${descriptor.title}`, (draft) => {
    draft.set('nodes', id, after)
    const { incoming, outgoing } = wiresOf(core.wires(), id)
    for (const wire of [...incoming, ...outgoing]) refit(core, draft, { wire, after })
  })
}

/** Takes a wire over to the port of the same name, or to the main one. */
function refit(
  core: FlowCore,
  draft: DocumentDraft,
  { wire: id, after }: { readonly wire: string; readonly after: FlowNode },
): void {
  const wire = draft.now.wires.get(id)
  if (wire === undefined) return
  const leaves = wire.from.node === after.id
  const ports = portsOf(core.catalog(), after)
  const old = leaves ? wire.from.port : wire.to.port
  const names = (leaves ? ports.outputs : ports.inputs).map(({ name }) => name)
  const port = names.includes(old) ? old : names.find((name) => name !== 'error')
  draft.remove('wires', id)
  if (port === undefined) return
  const end = { node: after.id, port }
  addWire(draft, leaves ? { from: end, to: wire.to } : { from: wire.from, to: end })
}
