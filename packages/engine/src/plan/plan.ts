import type { ConnectionDocument, FlowNode, PortReference, Wire } from '@millrace/flow'
import type { NodeType, OperatorType, SinkType, SourceType } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { outputPorts } from '@millrace/sdk/descriptor'
import type { DeploymentSpec } from '../deployment.ts'
import { EngineError } from '../error.ts'
import { inOrder } from './order.ts'
import { markShared } from './sharing.ts'

/** What runs: connections and notes have no place of their own in the plan. */
export type RunnableType = SourceType | OperatorType | SinkType

export interface PlannedWire {
  readonly to: PlannedNode
  /** Index of the input port. */
  readonly input: number
  /** Whether a message that comes by this wire may be seen elsewhere too. */
  isShared: boolean
}

export interface PlannedPort {
  readonly name: string
  readonly wires: PlannedWire[]
}

export interface PlannedNode {
  readonly id: string
  readonly name: string
  readonly document: FlowNode
  readonly type: RunnableType
  readonly descriptor: Descriptor
  /** Secrets by field. */
  readonly secrets: Readonly<Record<string, string>>
  /** The error port last, where the node has one. */
  readonly ports: readonly PlannedPort[]
  /** Nodes that send to this one, each once. */
  readonly upstream: PlannedNode[]
}

/**
 * What a flow means, apart from how this process runs it: the nodes that run, in topological order,
 * and how they are joined. Disabled nodes and notes are left out.
 */
export interface Plan {
  readonly flow: string
  readonly nodes: readonly PlannedNode[]
  readonly byId: ReadonlyMap<string, PlannedNode>
  readonly connections: ReadonlyMap<string, PlannedConnection>
}

export interface PlannedConnection {
  readonly document: ConnectionDocument
  readonly secrets: Readonly<Record<string, string>>
}

type NodeTypes = ReadonlyMap<string, NodeType>

export const emptyPlan: Plan = { flow: '', nodes: [], byId: new Map(), connections: new Map() }

/** Throws an `EngineError` that names the node for a flow that cannot run. */
export function makePlan(spec: DeploymentSpec, nodeTypes: NodeTypes): Plan {
  const byId = new Map<string, PlannedNode>()
  const leftOut = new Set<string>()
  for (const document of spec.flow.nodes) {
    if (byId.has(document.id) || leftOut.has(document.id)) {
      throw new EngineError('NODE_ID_TWICE', `Two nodes have the id "${document.id}".`, {
        node: document.id,
      })
    }
    const node = planNode(document, spec, nodeTypes)
    if (node === undefined) leftOut.add(document.id)
    else byId.set(node.id, node)
  }
  for (const wire of spec.flow.wires) join(wire, byId, leftOut)
  const nodes = inOrder([...byId.values()])
  markShared(nodes)
  return { flow: spec.flow.name, nodes, byId, connections: planConnections(spec) }
}

function planNode(
  document: FlowNode,
  spec: DeploymentSpec,
  nodeTypes: NodeTypes,
): PlannedNode | undefined {
  const type = nodeTypes.get(document.type)
  if (type === undefined) {
    throw new EngineError(
      'NODE_TYPE_UNKNOWN',
      `Node "${document.id}" is of type "${document.type}", which is not installed.`,
      { node: document.id },
    )
  }
  if (document.isDisabled === true || !('create' in type)) return undefined
  // Descriptors are erased in the union; each node's own is handed to its own `create`.
  const runnable: RunnableType = type
  const descriptor: Descriptor = runnable.descriptor
  return {
    id: document.id,
    name: document.name ?? descriptor.title,
    document,
    type: runnable,
    descriptor,
    secrets: spec.secrets[`flow/${spec.flow.name}/${document.id}`] ?? noSecrets,
    ports: outputPorts(descriptor, document.config).map(({ name }) => ({ name, wires: [] })),
    upstream: [],
  }
}

const noSecrets: Readonly<Record<string, string>> = {}

function join(
  wire: Wire,
  byId: ReadonlyMap<string, PlannedNode>,
  leftOut: ReadonlySet<string>,
): void {
  const from = find(wire.from, byId, leftOut)
  const to = find(wire.to, byId, leftOut)
  if (from === undefined || to === undefined) return
  const port = from.ports.find(({ name }) => name === wire.from.port)
  if (port === undefined) throw toNowhere(wire.from, 'output')
  const input = to.descriptor.inputs.findIndex(({ name }) => name === wire.to.port)
  if (input < 0) throw toNowhere(wire.to, 'input')
  if (port.wires.some((other) => other.to === to && other.input === input)) return
  port.wires.push({ to, input, isShared: false })
  if (!to.upstream.includes(from)) to.upstream.push(from)
}

function find(
  end: PortReference,
  byId: ReadonlyMap<string, PlannedNode>,
  leftOut: ReadonlySet<string>,
): PlannedNode | undefined {
  const node = byId.get(end.node)
  if (node !== undefined || leftOut.has(end.node)) return node
  throw new EngineError(
    'WIRE_TO_NOWHERE',
    `A wire is joined to node "${end.node}", which is missing.`,
    {
      node: end.node,
    },
  )
}

function toNowhere(end: PortReference, side: string): EngineError {
  const message = `A wire is joined to ${side} "${end.port}" of node "${end.node}", which has none of that name.`
  return new EngineError('WIRE_TO_NOWHERE', message, { node: end.node })
}

function planConnections(spec: DeploymentSpec): Map<string, PlannedConnection> {
  const connections = new Map<string, PlannedConnection>()
  for (const document of spec.connections) {
    const secrets = spec.secrets[`connection/${document.id}`] ?? noSecrets
    connections.set(document.id, { document, secrets })
  }
  return connections
}
