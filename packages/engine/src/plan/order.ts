import { EngineError } from '../error.ts'
import type { PlannedNode } from './plan.ts'

/** The nodes so that each comes after all that send to it; otherwise in the given order. */
export function inOrder(nodes: readonly PlannedNode[]): PlannedNode[] {
  const missing = new Map<PlannedNode, number>()
  for (const node of nodes) missing.set(node, node.upstream.length)
  const ready = nodes.filter((node) => node.upstream.length === 0)
  for (let next = 0; next < ready.length; next += 1) {
    for (const port of ready[next]?.ports ?? []) {
      for (const { to } of port.wires) {
        const left = (missing.get(to) ?? 0) - 1
        missing.set(to, left)
        if (left === 0) ready.push(to)
      }
    }
  }
  if (ready.length < nodes.length) throw circle(missing)
  return ready
}

/** The nodes to which this one sends, each once. */
export function downstreamOf(node: PlannedNode): ReadonlySet<PlannedNode> {
  const followers = new Set<PlannedNode>()
  for (const port of node.ports) for (const wire of port.wires) followers.add(wire.to)
  return followers
}

function circle(missing: ReadonlyMap<PlannedNode, number>): EngineError {
  const stuck = [...missing].filter(([, left]) => left > 0).map(([node]) => node.id)
  const some = stuck.slice(0, 5).join(', ')
  return new EngineError('FLOW_CYCLE', `Nodes are wired in a circle: ${some}.`, { node: stuck[0] })
}
