import type { Flow, FlowNode, Group, PortReference, Position, Wire } from '@millrace/flow'
import { placesOf } from './columns.ts'

/**
 * A flow as the editor holds it: everything by id, so that a change copies one map and shares the
 * rest. `Flow`, with its lists, is what travels and is kept in files.
 */
export interface FlowDocument {
  readonly name: string
  /** `title` and `description`. */
  readonly about: ReadonlyMap<string, string>
  readonly nodes: ReadonlyMap<string, FlowNode>
  /** By `wireId`. */
  readonly wires: ReadonlyMap<string, Wire>
  readonly groups: ReadonlyMap<string, Group>
  /** Upper left corners by node id. */
  readonly layout: ReadonlyMap<string, Position>
}

/** What each map of a document holds. */
export interface Collections {
  readonly about: string
  readonly nodes: FlowNode
  readonly wires: Wire
  readonly groups: Group
  readonly layout: Position
}

export type CollectionName = keyof Collections

export const collectionNames: readonly CollectionName[] = [
  'about',
  'nodes',
  'wires',
  'groups',
  'layout',
]

export const emptyDocument = (name: string, title: string): FlowDocument => ({
  name,
  about: new Map([['title', title]]),
  nodes: new Map(),
  wires: new Map(),
  groups: new Map(),
  layout: new Map(),
})

export function fromFlow(flow: Flow): FlowDocument {
  const about = new Map([['title', flow.title]])
  if (flow.description !== undefined) about.set('description', flow.description)
  return {
    name: flow.name,
    about,
    nodes: new Map(flow.nodes.map((node) => [node.id, node])),
    wires: new Map(flow.wires.map((wire) => [wireId(wire), wire])),
    groups: new Map((flow.groups ?? []).map((group) => [group.id, group])),
    layout: new Map(Object.entries(placesOf(flow))),
  }
}

/** The flow in an order that depends on its content alone. */
export function toFlow(document: FlowDocument): Flow {
  const description = document.about.get('description')
  return {
    millrace: 1,
    name: document.name,
    title: titleOf(document),
    ...(description === undefined ? {} : { description }),
    nodes: byKey(document.nodes),
    wires: byKey(document.wires),
    ...(document.groups.size === 0 ? {} : { groups: byKey(document.groups) }),
    layout: Object.fromEntries([...document.layout].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

export function titleOf(document: FlowDocument): string {
  return document.about.get('title') ?? document.name
}

function byKey<Value>(map: ReadonlyMap<string, Value>): readonly Value[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

/** `node:port`, as wires, counters and taps name a port. */
export function portId(reference: PortReference): string {
  return `${reference.node}:${reference.port}`
}

export function wireId(wire: Wire): string {
  return `${portId(wire.from)}>${portId(wire.to)}`
}

/** The wires that enter and leave a node. */
export interface NodeWires {
  readonly incoming: readonly string[]
  readonly outgoing: readonly string[]
}

const noWires: NodeWires = { incoming: [], outgoing: [] }

export type WireIndex = ReadonlyMap<string, NodeWires>

export function indexWires(wires: ReadonlyMap<string, Wire>): WireIndex {
  const index = new Map<string, { incoming: string[]; outgoing: string[] }>()
  const entry = (node: string) => {
    const found = index.get(node) ?? { incoming: [], outgoing: [] }
    index.set(node, found)
    return found
  }
  for (const [id, wire] of wires) {
    entry(wire.from.node).outgoing.push(id)
    entry(wire.to.node).incoming.push(id)
  }
  return index
}

/** Remembers the index of the wires that it was asked for last. */
export function createWireLookup(): (document: FlowDocument) => WireIndex {
  let wires: ReadonlyMap<string, Wire> | undefined
  let index: WireIndex = new Map()
  return (document) => {
    if (document.wires !== wires) {
      wires = document.wires
      index = indexWires(wires)
    }
    return index
  }
}

export function wiresOf(index: WireIndex, node: string): NodeWires {
  return index.get(node) ?? noWires
}
