import { createStore, type StoreApi } from 'zustand/vanilla'
import { outputPorts, type Descriptor, type PortDescriptor } from '@millrace/sdk/descriptor'
import type { FlowNode, PortReference } from '@millrace/flow'
import type { FlowDocument } from './document.ts'

/** The node types that the server offers. */
export interface Catalog {
  readonly isLoaded: boolean
  readonly descriptors: ReadonlyMap<string, Descriptor>
}

export function createCatalog(): StoreApi<Catalog> {
  return createStore<Catalog>(() => ({ isLoaded: false, descriptors: new Map() }))
}

/** Types that can be placed on the canvas, in the order of the catalog. */
export function placeable(catalog: Catalog): readonly Descriptor[] {
  return [...catalog.descriptors.values()].filter(({ kind }) => kind !== 'connection')
}

/** The ports of a placed node. A node of a type that is not installed has those its wires name. */
export interface NodePorts {
  readonly inputs: readonly PortDescriptor[]
  readonly outputs: readonly PortDescriptor[]
}

export function portsOf(catalog: Catalog, node: FlowNode): NodePorts {
  const descriptor = catalog.descriptors.get(node.type)
  if (descriptor === undefined) return { inputs: [], outputs: [] }
  return { inputs: descriptor.inputs, outputs: outputPorts(descriptor, node.config) }
}

/** What a node is called: its own name, or the title of its type. */
export function nameOf(catalog: Catalog, node: FlowNode): string {
  if (node.name !== undefined && node.name !== '') return node.name
  return catalog.descriptors.get(node.type)?.title ?? node.type
}

export type Side = 'input' | 'output'

/** The port that a wire uses at a node unless told: the first that is not for errors. */
export function mainPort(catalog: Catalog, node: FlowNode, side: Side): PortReference | undefined {
  const ports = portsOf(catalog, node)
  const port = side === 'input' ? ports.inputs[0] : ports.outputs[0]
  return port === undefined ? undefined : { node: node.id, port: port.name }
}

export function hasPort(
  catalog: Catalog,
  document: FlowDocument,
  { reference, side }: { readonly reference: PortReference; readonly side: Side },
): boolean {
  const node = document.nodes.get(reference.node)
  if (node === undefined) return false
  const ports = portsOf(catalog, node)
  const candidates = side === 'input' ? ports.inputs : ports.outputs
  return candidates.some(({ name }) => name === reference.port)
}
