import { mainPort } from '../catalog.ts'
import type { DocumentDraft } from '../change.ts'
import { addWire } from './add-wire.ts'
import type { FlowCore } from '../flow-core.ts'
import { makeRoom } from '../placing.ts'

/** Puts a node into a wire, and shoves what comes after it. */
export function spliceInto(core: FlowCore, draft: DocumentDraft, id: string, wire: string): void {
  const node = draft.now.nodes.get(id)
  const { from, to } = draft.now.wires.get(wire) ?? {}
  if (node === undefined || from === undefined || to === undefined) return
  const input = mainPort(core.catalog(), node, 'input')
  const output = mainPort(core.catalog(), node, 'output')
  if (input === undefined || from.node === id || to.node === id) return
  draft.remove('wires', wire)
  addWire(draft, { from, to: input })
  // A node without an output ends there: the wire goes on beside it, as nothing may be lost unseen.
  addWire(
    draft,
    output === undefined || output.port === 'error' ? { from, to } : { from: output, to },
  )
  makeRoom(core, draft, { node: id, to: to.node })
}
