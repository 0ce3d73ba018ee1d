import type { Flow, Problem, Wire } from '../../flow.ts'
import { wireKey } from '../../change/diff-flow.ts'
import type { CheckedNode } from '../check-node.ts'
import { findCycles } from './cycles.ts'

export type CheckedNodes = ReadonlyMap<string, CheckedNode>

/** Wires that lead nowhere, twice to the same place, or round in a circle. */
export function checkWires(flow: Flow, nodes: CheckedNodes): readonly Problem[] {
  const problems: Problem[] = []
  const keys = new Set<string>()
  for (const wire of flow.wires) {
    const problem = checkEnds(wire, nodes) ?? checkOnce(wire, keys)
    if (problem) problems.push(problem)
  }
  return [...problems, ...findCycles(flow).map((cycle) => cycleProblem(flow, cycle))]
}

function checkEnds(wire: Wire, nodes: CheckedNodes): Problem | null {
  const [from, to] = [nodes.get(wire.from.node), nodes.get(wire.to.node)]
  if (!from) return noNode(wire, wire.from.node, 'comes from')
  if (!to) return noNode(wire, wire.to.node, 'leads to')
  // A node of an unknown type has a problem of its own; its ports are not known.
  if (from.descriptor && !from.outputs.has(wire.from.port)) {
    return noPort(wire, wire.from, { of: 'output', ports: from.outputs })
  }
  if (!to.descriptor || to.inputs.has(wire.to.port)) return null
  if (to.inputs.size === 0) return intoSource(wire)
  return noPort(wire, wire.to, { of: 'input', ports: to.inputs })
}

function noNode(wire: Wire, node: string, verb: string): Problem {
  const other = node === wire.from.node ? wire.to.node : wire.from.node
  const message = `A wire ${verb} "${node}", which is no node of this flow; remove the wire`
  return { severity: 'error', code: 'WIRE_TO_NOWHERE', message, node: other, wire }
}

function noPort(
  wire: Wire,
  { node, port }: Wire['from'],
  { of, ports }: { of: string; ports: ReadonlySet<string> },
): Problem {
  const has = ports.size === 0 ? 'it has none' : `it has ${[...ports].join(', ')}`
  const message = `A wire is joined to the ${of} "${port}" of "${node}", but ${has}; remove the wire`
  return { severity: 'error', code: 'WIRE_TO_NOWHERE', message, node, wire }
}

function intoSource(wire: Wire): Problem {
  const message = `A wire leads into "${wire.to.node}", which takes no input; remove the wire`
  return { severity: 'error', code: 'WIRE_INTO_SOURCE', message, node: wire.to.node, wire }
}

function checkOnce(wire: Wire, keys: Set<string>): Problem | null {
  const key = wireKey(wire)
  if (!keys.has(key)) {
    keys.add(key)
    return null
  }
  const message = `Two wires join "${wire.from.node}" and "${wire.to.node}" at the same ports; remove one`
  return { severity: 'error', code: 'WIRE_TWICE', message, node: wire.from.node, wire }
}

const shownNodesMax = 20

function cycleProblem(flow: Flow, cycle: readonly string[]): Problem {
  const names = new Map(flow.nodes.map((node) => [node.id, node.name ?? node.id]))
  const shown = cycle.slice(0, shownNodesMax).map((id) => `"${names.get(id) ?? id}"`)
  const rest = cycle.length > shownNodesMax ? ' → …' : ''
  const first = `"${names.get(cycle[0] ?? '') ?? ''}"`
  const message = `Wires lead round in a circle: ${shown.join(' → ')}${rest} → ${first}; remove one of them`
  const wire = flow.wires.find(({ from, to }) => from.node === cycle.at(-1) && to.node === cycle[0])
  return { severity: 'error', code: 'CYCLE', message, node: cycle[0] ?? '', ...(wire && { wire }) }
}
