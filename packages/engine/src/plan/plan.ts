import { connectionOwner, nodeOwner } from '@millrace/flow'
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
  /** Whether the call stack would grow too deep if the message were handed on by a call. */
  isDistant: boolean
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
  /** Nodes on the longest way here. */
  depth: number
  /** Whether a message that reaches it may be seen elsewhere too. */
  getsShared: boolean
  /** The nodes that send to this one, once for each wire. */
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
  /** What it is the plan of. */
  readonly spec: DeploymentSpec
  /** Tells it from others. */
  readonly version: object
  /** Where it differs from the plan of that version in these nodes alone, which are wired as they were. */
  readonly since?: { readonly version: object; readonly changed: readonly PlannedNode[] }
}

export interface PlannedConnection {
  readonly document: ConnectionDocument
  readonly secrets: Readonly<Record<string, string>>
}

type NodeTypes = ReadonlyMap<string, NodeType>

const nothing: DeploymentSpec = {
  flow: { millrace: 1, name: '', title: '', nodes: [], wires: [], layout: {} },
  connections: [],
  secrets: {},
}

export const emptyPlan: Plan = {
  flow: '',
  nodes: [],
  byId: new Map(),
  connections: new Map(),
  spec: nothing,
  version: {},
}

/** Throws an `EngineError` that names the node for a flow that cannot run. */
export function makePlan(spec: DeploymentSpec, nodeTypes: NodeTypes): Plan {
  const planner = new Planner(spec, nodeTypes)
  for (const document of spec.flow.nodes) planner.add(document)
  for (const wire of spec.flow.wires) planner.join(wire)
  const nodes = inOrder([...planner.byId.values()])
  markShared(nodes)
  const { byId } = planner
  const { name } = spec.flow
  return { flow: name, nodes, byId, connections: planConnections(spec), spec, version: {} }
}

class Planner {
  readonly byId = new Map<string, PlannedNode>()
  private readonly spec: DeploymentSpec
  private readonly nodeTypes: NodeTypes
  private readonly leftOut = new Set<string>()
  /** Absent where there are none, and so nothing has to be looked up. */
  private readonly secrets: DeploymentSpec['secrets'] | undefined
  /** The ends of ports with many wires. */
  private readonly ends = new Map<PlannedPort, Set<string>>()
  /** Names of the ports of types whose ports are always the same. */
  private readonly fixedPorts = new Map<Descriptor, readonly string[]>()

  constructor(spec: DeploymentSpec, nodeTypes: NodeTypes) {
    this.spec = spec
    this.secrets = Object.keys(spec.secrets).length > 0 ? spec.secrets : undefined
    this.nodeTypes = nodeTypes
  }

  add(document: FlowNode): void {
    const { id } = document
    if (this.byId.has(id) || this.leftOut.has(id)) {
      throw new EngineError('NODE_ID_TWICE', `Two nodes have the id "${id}".`, { node: id })
    }
    const type = this.nodeTypes.get(document.type)
    if (type === undefined) {
      const message = `Node "${id}" is of type "${document.type}", which is not installed.`
      throw new EngineError('NODE_TYPE_UNKNOWN', message, { node: id })
    }
    if (document.isDisabled === true || !('create' in type)) this.leftOut.add(id)
    else this.byId.set(id, this.plan(document, type))
  }

  join(wire: Wire): void {
    const { from, to } = wire
    const sender = this.find(from)
    const receiver = this.find(to)
    if (sender === undefined || receiver === undefined) return
    const port = named(sender.ports, from.port)
    if (port === undefined) throw toNowhere(from, 'output')
    const input = indexOfNamed(receiver.descriptor.inputs, to.port)
    if (input < 0) throw toNowhere(to, 'input')
    if (this.isJoined(port, receiver, input)) return
    port.wires.push({ to: receiver, input, isShared: false, isDistant: false })
    receiver.upstream.push(sender)
  }

  /** The same wire drawn twice is one wire. */
  private isJoined(port: PlannedPort, to: PlannedNode, input: number): boolean {
    const { wires } = port
    if (wires.length === 0) return false
    if (wires.length < 16) return wires.some((wire) => wire.to === to && wire.input === input)
    const ends = this.ends.get(port) ?? new Set(wires.map((wire) => `${wire.to.id}:${wire.input}`))
    this.ends.set(port, ends)
    const end = `${to.id}:${input}`
    if (ends.has(end)) return true
    ends.add(end)
    return false
  }

  private plan(document: FlowNode, type: RunnableType): PlannedNode {
    // Descriptors are erased in the union; each node's own is handed to its own `create`.
    const descriptor: Descriptor = type.descriptor
    const { flow } = this.spec
    return {
      id: document.id,
      name: document.name ?? descriptor.title,
      document,
      type,
      descriptor,
      secrets: this.secrets?.[nodeOwner(flow.name, document.id)] ?? noSecrets,
      ports: this.portsOf(descriptor, document).map((name) => ({ name, wires: [] })),
      depth: 0,
      getsShared: false,
      upstream: [],
    }
  }

  private portsOf(descriptor: Descriptor, { config }: FlowNode): readonly string[] {
    const known = this.fixedPorts.get(descriptor)
    if (known !== undefined) return known
    const names = outputPorts(descriptor, config).map(({ name }) => name)
    if (!('eachRowOf' in descriptor.outputs)) this.fixedPorts.set(descriptor, names)
    return names
  }

  private find(end: PortReference): PlannedNode | undefined {
    const node = this.byId.get(end.node)
    if (node !== undefined || this.leftOut.has(end.node)) return node
    const message = `A wire is joined to node "${end.node}", which is missing.`
    throw new EngineError('WIRE_TO_NOWHERE', message, { node: end.node })
  }
}

/** Loops, because a large flow has a great many wires. */
function indexOfNamed(items: readonly { readonly name: string }[], name: string): number {
  for (let index = 0; index < items.length; index += 1)
    if (items[index]?.name === name) return index
  return -1
}

function named<Item extends { readonly name: string }>(
  items: readonly Item[],
  name: string,
): Item | undefined {
  return items[indexOfNamed(items, name)]
}

const noSecrets: Readonly<Record<string, string>> = {}

function toNowhere(end: PortReference, side: string): EngineError {
  const message = `A wire is joined to ${side} "${end.port}" of node "${end.node}", which has none of that name.`
  return new EngineError('WIRE_TO_NOWHERE', message, { node: end.node })
}

function planConnections(spec: DeploymentSpec): Map<string, PlannedConnection> {
  const connections = new Map<string, PlannedConnection>()
  for (const document of spec.connections) {
    const secrets = spec.secrets[connectionOwner(document.id)] ?? noSecrets
    connections.set(document.id, { document, secrets })
  }
  return connections
}
