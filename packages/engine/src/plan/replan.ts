import type { FlowNode } from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import { outputPorts } from '@millrace/sdk/descriptor'
import type { DeploymentSpec } from '../deployment.ts'
import type { Plan, PlannedNode } from './plan.ts'

/** More changed nodes than that are not looked for one by one. */
const changedMax = 50

/**
 * The plan of a flow in which nothing changed but how nodes are configured; undefined where more
 * did. Nodes that did not change stay the same objects, and a changed one keeps its wiring. The wires
 * and upstreams of others still lead to the object before it: what they say of a node is which one
 * it is and how it is wired, and that is the same.
 */
export function replan(
  before: Plan,
  spec: DeploymentSpec,
  nodeTypes: ReadonlyMap<string, NodeType>,
): Plan | undefined {
  const was = before.spec
  const isSame =
    was.flow.wires === spec.flow.wires &&
    was.flow.name === spec.flow.name &&
    was.connections === spec.connections &&
    was.secrets === spec.secrets
  const changed = isSame ? changedNodes(before, spec, nodeTypes) : undefined
  if (changed === undefined) return undefined
  const nodes = [...before.nodes]
  const byId = new Map(before.byId)
  for (const node of changed) {
    nodes[nodes.findIndex(({ id }) => id === node.id)] = node
    byId.set(node.id, node)
  }
  return { ...before, spec, nodes, byId, version: {}, since: { version: before.version, changed } }
}

function changedNodes(
  { spec: was, byId }: Plan,
  { flow }: DeploymentSpec,
  nodeTypes: ReadonlyMap<string, NodeType>,
): readonly PlannedNode[] | undefined {
  const { nodes } = was.flow
  if (nodes.length !== flow.nodes.length) return undefined
  const changed: PlannedNode[] = []
  for (let index = 0; index < nodes.length; index += 1) {
    const [one, other] = [nodes[index], flow.nodes[index]]
    if (one === other || one === undefined || other === undefined) continue
    if (!isSamePlace(one, other) || changed.length === changedMax) return undefined
    const planned = byId.get(other.id)
    // Notes and disabled nodes are not in the plan.
    if (planned === undefined) continue
    if (nodeTypes.get(other.type) !== planned.type || !hasSamePorts(planned, other)) {
      return undefined
    }
    const name = other.name ?? planned.descriptor.title
    changed.push({ ...planned, document: other, name })
  }
  return changed
}

function isSamePlace(one: FlowNode, other: FlowNode): boolean {
  return (
    one.id === other.id &&
    one.type === other.type &&
    (one.isDisabled === true) === (other.isDisabled === true)
  )
}

function hasSamePorts({ descriptor, ports }: PlannedNode, { config }: FlowNode): boolean {
  const names = outputPorts(descriptor, config)
  return names.length === ports.length && names.every(({ name }, at) => name === ports[at]?.name)
}
