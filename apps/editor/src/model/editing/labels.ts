import type { FlowCore } from '../flow-core.ts'
import { nameOf } from '../catalog.ts'

/** `Delete 3 nodes`, `Delete node`. */
export function counted(verb: string, count: number, noun: string): string {
  return count === 1 ? `${verb} ${noun}` : `${verb} ${count} ${noun}s`
}

/** What a node is called in a label of the history. */
export function called(core: FlowCore, id: string): string {
  const node = core.store.getState().document.nodes.get(id)
  return node === undefined ? id : nameOf(core.catalog(), node)
}
