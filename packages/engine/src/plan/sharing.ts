import type { PlannedNode } from './plan.ts'

/**
 * Marks the wires by which a message may come that is also seen elsewhere; a node that changes
 * messages gets a copy there. When in doubt a wire counts as shared: parts of a message are passed
 * on by reference, and a node with state may keep them.
 */
export function markShared(nodes: readonly PlannedNode[]): void {
  for (const node of nodes) {
    if (!sendsShared(node)) continue
    for (const port of node.ports) {
      for (const wire of port.wires) {
        wire.isShared = true
        wire.to.getsShared = true
      }
    }
  }
}

function sendsShared({ descriptor, ports, getsShared }: PlannedNode): boolean {
  if (descriptor.stateful === true) return true
  let wires = 0
  for (const port of ports) wires += port.wires.length
  // What reaches a node that changes messages is its own by then.
  return wires > 1 || (getsShared && descriptor.changesMessages !== true)
}
