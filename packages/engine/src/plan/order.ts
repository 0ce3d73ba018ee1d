import { EngineError } from '../error.ts'
import type { PlannedNode } from './plan.ts'

/** Calls from node to node that may be nested; each takes a few hundred bytes of the stack. */
const nestedMax = 500

/** The nodes so that each comes after all that send to it; otherwise in the given order. */
export function inOrder(nodes: readonly PlannedNode[]): PlannedNode[] {
  const ready = nodes.filter((node) => node.upstream.length === 0)
  // Most nodes have one wire coming in, so that there is nothing to count.
  const missing = new Map<PlannedNode, number>()
  for (let next = 0; next < ready.length; next += 1) {
    const from = ready[next]
    for (const port of from?.ports ?? []) {
      for (const { to } of port.wires) {
        to.depth = Math.max(to.depth, (from?.depth ?? 0) + 1)
        const left = (missing.get(to) ?? to.upstream.length) - 1
        if (left === 0) ready.push(to)
        else missing.set(to, left)
      }
    }
  }
  if (ready.length < nodes.length) throw circle(nodes, new Set(ready))
  // Depths are small numbers in all flows but made-up ones.
  if (ready.some(({ depth }) => depth >= nestedMax)) markDistant(ready)
  return ready
}

/** Every way through the flow crosses such a wire before it has grown too long. */
function markDistant(nodes: readonly PlannedNode[]): void {
  const levelOf = ({ depth }: PlannedNode): number => Math.floor(depth / nestedMax)
  for (const from of nodes) {
    for (const port of from.ports) {
      for (const wire of port.wires) wire.isDistant = levelOf(from) !== levelOf(wire.to)
    }
  }
}

/** The nodes to which this one sends, each once. */
export function downstreamOf(node: PlannedNode): ReadonlySet<PlannedNode> {
  const followers = new Set<PlannedNode>()
  for (const port of node.ports) for (const wire of port.wires) followers.add(wire.to)
  return followers
}

function circle(nodes: readonly PlannedNode[], ready: ReadonlySet<PlannedNode>): EngineError {
  const stuck = nodes.filter((node) => !ready.has(node)).map(({ id }) => id)
  const some = stuck.slice(0, 5).join(', ')
  return new EngineError('FLOW_CYCLE', `Nodes are wired in a circle: ${some}.`, { node: stuck[0] })
}
