import type { DeploymentSpec, NodesCheck } from '@millrace/engine'
import { isConfigShown, jsonEqual } from '@millrace/flow'
import type { DescriptorsByType, Flow, FlowNode, Problem } from '@millrace/flow'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { connectionsOf } from './flow-connections.ts'

interface CheckParts {
  /** What runs now with the connections and secrets that there are; of that nothing is asked again. */
  readonly running: () => Flow | undefined
  readonly specOf: (flow: Flow) => DeploymentSpec
  readonly nodeTypes: DescriptorsByType
  readonly supervisor: Pick<Supervisor, 'check'>
}

/** The nodes of which it is asked before a deployment whether they could do their work. */
function nodesToCheck(flow: Flow, nodeTypes: DescriptorsByType): readonly FlowNode[] {
  return flow.nodes.filter(({ type: name, config, isDisabled }) => {
    const type = nodeTypes.get(name)
    if (type?.checkedWith === undefined || isDisabled === true) return false
    return type.checkedWith.some((field) => isConfigShown(type.fields, config, field))
  })
}

/**
 * What would keep nodes from their work that only the outside knows, such as a schema that a registry
 * refuses. That it could not be found out does not stand in the way.
 */
export async function checkAhead(
  flow: Flow,
  { running, specOf, nodeTypes, supervisor }: CheckParts,
): Promise<readonly Problem[]> {
  const nodes = changedIn(running, nodesToCheck(flow, nodeTypes))
  if (nodes.length === 0) return []
  try {
    return await supervisor.check(checkOf(specOf(flow), nodes, nodeTypes))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [{ severity: 'warning', code: 'NODES_UNCHECKED', message: why }]
  }
}

function changedIn(
  runningNow: () => Flow | undefined,
  nodes: readonly FlowNode[],
): readonly FlowNode[] {
  const running = nodes.length === 0 ? undefined : runningNow()
  if (running === undefined) return nodes
  const before = new Map(running.nodes.map((node) => [node.id, node]))
  return nodes.filter(({ id, type, config }) => {
    const known = before.get(id)
    const isSame = known?.type === type && known.isDisabled !== true
    return !isSame || !jsonEqual(known.config, config)
  })
}

/** No more of the flow than what is asked about. */
function checkOf(
  spec: DeploymentSpec,
  nodes: readonly FlowNode[],
  nodeTypes: DescriptorsByType,
): NodesCheck {
  const flow: Flow = { ...spec.flow, nodes, wires: [], layout: {} }
  const used = new Set(connectionsOf(flow, nodeTypes))
  const connections = spec.connections.filter(({ id }) => used.has(id))
  return { spec: { ...spec, flow, connections }, nodes: nodes.map(({ id }) => id) }
}
