import Flatbush from 'flatbush'
import type { FlowNode, PortReference, Position, Wire } from '@millrace/flow'
import {
  portsOf,
  wiresOf,
  type Catalog,
  type FlowDocument,
  type FlowEditor,
  type NodePorts,
  type Side,
} from '../model/index.ts'
import {
  boxOf,
  curveBetween,
  distanceTo,
  portOffset,
  sizeOf,
  type Box,
  type Curve,
} from '../model/geometry.ts'

/** A node as the canvas sees it: where it is, how large, and where its ports are. */
export interface SceneNode extends Box {
  readonly id: string
  readonly node: FlowNode
  readonly ports: NodePorts
}

export interface PortSpot extends Position {
  readonly reference: PortReference
  readonly side: Side
}

/**
 * Where everything of a flow is. Answers what lies in a box or near a point, also for thousands of
 * nodes, and knows where nodes are while they are dragged, which the document does not.
 */
export class Scene {
  readonly #flow: FlowEditor
  readonly #catalog: () => Catalog
  readonly #listeners = new Set<() => void>()
  #document: FlowDocument | undefined
  #knownCatalog: Catalog | undefined
  #nodes = new Map<string, SceneNode>()
  #curves = new Map<string, Curve>()
  #nodeIndex: BoxIndex | undefined
  #wireIndex: BoxIndex | undefined
  #moving: ReadonlySet<string> = new Set()
  #offset: Position = { x: 0, y: 0 }

  constructor(flow: FlowEditor, catalog: () => Catalog) {
    this.#flow = flow
    this.#catalog = catalog
  }

  /** Runs when nodes move under the hand of a person. */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get document(): FlowDocument {
    this.#refresh()
    return this.#flow.store.getState().document
  }

  get nodes(): ReadonlyMap<string, SceneNode> {
    this.#refresh()
    return this.#nodes
  }

  get moving(): ReadonlySet<string> {
    return this.#moving
  }

  get offset(): Position {
    return this.#offset
  }

  /** Shows nodes beside where the document has them, until `drop`. */
  drag(ids: ReadonlySet<string>, offset: Position): void {
    this.#moving = ids
    this.#offset = offset
    for (const id of this.wiresTouching(ids)) this.#curves.delete(id)
    for (const listener of this.#listeners) listener()
  }

  /** Ends dragging; returns where the nodes were dragged to. */
  drop(): ReadonlyMap<string, Position> {
    const places = new Map(
      [...this.#moving].flatMap((id) => {
        const box = this.boxOf(id)
        return box === undefined ? [] : [[id, { x: box.x, y: box.y }] as const]
      }),
    )
    const ids = this.#moving
    this.#moving = new Set()
    for (const id of this.wiresTouching(ids)) this.#curves.delete(id)
    return places
  }

  wiresTouching(ids: ReadonlySet<string>): ReadonlySet<string> {
    const index = this.#flow.wires()
    const wires = new Set<string>()
    for (const id of ids) {
      const { incoming, outgoing } = wiresOf(index, id)
      for (const wire of incoming) wires.add(wire)
      for (const wire of outgoing) wires.add(wire)
    }
    return wires
  }

  /** Where a node is now, while dragged too. */
  boxOf(id: string): SceneNode | undefined {
    const node = this.nodes.get(id)
    if (node === undefined || !this.#moving.has(id)) return node
    return { ...node, x: node.x + this.#offset.x, y: node.y + this.#offset.y }
  }

  portSpot(reference: PortReference, side: Side): PortSpot | undefined {
    const box = this.boxOf(reference.node)
    if (box === undefined) return undefined
    const offset = portOffset(box, box.ports, { side, port: reference.port })
    return { reference, side, x: box.x + offset.x, y: box.y + offset.y }
  }

  portsOf(id: string): readonly PortSpot[] {
    const node = this.nodes.get(id)
    if (node === undefined) return []
    const spots = (side: Side, names: NodePorts['inputs']) =>
      names.flatMap(({ name }) => this.portSpot({ node: id, port: name }, side) ?? [])
    return [...spots('input', node.ports.inputs), ...spots('output', node.ports.outputs)]
  }

  curveOf(id: string): Curve | undefined {
    this.#refresh()
    const known = this.#curves.get(id)
    if (known !== undefined) return known
    const wire = this.#flow.store.getState().document.wires.get(id)
    const curve = wire === undefined ? undefined : this.#curveOfWire(wire)
    if (curve !== undefined) this.#curves.set(id, curve)
    return curve
  }

  #curveOfWire(wire: Wire): Curve | undefined {
    const from = this.portSpot(wire.from, 'output')
    const to = this.portSpot(wire.to, 'input')
    return from === undefined || to === undefined ? undefined : curveBetween(from, to)
  }

  nodesIn(box: Box): readonly string[] {
    const index = this.#nodesIndexed()
    return search(index, box)
  }

  wiresIn(box: Box): readonly string[] {
    const index = this.#wiresIndexed()
    return search(index, box)
  }

  /** The node under a point; of several the one drawn last. */
  nodeAt(point: Position, margin = 0): string | undefined {
    const found = this.nodesIn({
      x: point.x - margin,
      y: point.y - margin,
      width: 2 * margin,
      height: 2 * margin,
    })
    return found.at(-1)
  }

  /** The port nearest to a point, within `reach`. */
  portNear(
    point: Position,
    { side, reach }: { readonly side: Side; readonly reach: number },
  ): PortSpot | undefined {
    const around = {
      x: point.x - reach,
      y: point.y - reach,
      width: 2 * reach,
      height: 2 * reach,
    }
    let nearest: PortSpot | undefined
    let least = reach
    for (const id of this.nodesIn(around)) {
      for (const spot of this.portsOf(id)) {
        const distance = Math.hypot(spot.x - point.x, spot.y - point.y)
        if (spot.side !== side || distance > least) continue
        nearest = spot
        least = distance
      }
    }
    return nearest
  }

  /** The wire nearest to a point, within `reach`, that does not touch the given nodes. */
  wireNear(
    point: Position,
    { reach, except }: { readonly reach: number; readonly except?: ReadonlySet<string> },
  ): string | undefined {
    const around = {
      x: point.x - reach,
      y: point.y - reach,
      width: 2 * reach,
      height: 2 * reach,
    }
    let nearest: string | undefined
    let least = reach
    const { wires } = this.document
    for (const id of this.wiresIn(around)) {
      const [wire, curve] = [wires.get(id), this.curveOf(id)]
      if (wire === undefined || curve === undefined) continue
      if (except?.has(wire.from.node) === true || except?.has(wire.to.node) === true) continue
      const distance = distanceTo(curve, point)
      if (distance > least) continue
      nearest = id
      least = distance
    }
    return nearest
  }

  #nodesIndexed(): BoxIndex {
    this.#refresh()
    this.#nodeIndex ??= indexBoxes([...this.#nodes].map(([id, box]) => [id, box]))
    return this.#nodeIndex
  }

  #wiresIndexed(): BoxIndex {
    this.#refresh()
    this.#wireIndex ??= indexBoxes(
      [...this.#flow.store.getState().document.wires].flatMap(([id, wire]) => {
        const curve = this.curveOf(id) ?? this.#curveOfWire(wire)
        return curve === undefined ? [] : [[id, boxOf(curve)] as const]
      }),
    )
    return this.#wireIndex
  }

  /** Takes in what changed in the document; nodes that did not change are kept. */
  #refresh(): void {
    const { document } = this.#flow.store.getState()
    const catalog = this.#catalog()
    const before = this.#document
    const isSame = catalog === this.#knownCatalog
    if (document === before && isSame) return
    this.#document = document
    this.#knownCatalog = catalog
    const nodesChanged =
      !isSame || before?.nodes !== document.nodes || before.layout !== document.layout
    if (nodesChanged) {
      const old = isSame ? this.#nodes : new Map<string, SceneNode>()
      this.#nodes = new Map(
        [...document.nodes.values()].map((node) => [
          node.id,
          sceneNode(catalog, node, { place: document.layout.get(node.id), old: old.get(node.id) }),
        ]),
      )
      this.#nodeIndex = undefined
    }
    if (nodesChanged || before?.wires !== document.wires) {
      this.#curves = new Map()
      this.#wireIndex = undefined
    }
  }
}

function sceneNode(
  catalog: Catalog,
  node: FlowNode,
  { place = { x: 0, y: 0 }, old }: { place?: Position | undefined; old: SceneNode | undefined },
): SceneNode {
  if (old !== undefined && old.node === node)
    return old.x === place.x && old.y === place.y ? old : { ...old, x: place.x, y: place.y }
  return {
    id: node.id,
    node,
    x: place.x,
    y: place.y,
    ...sizeOf(catalog, node),
    ports: portsOf(catalog, node),
  }
}

/** Names of boxes by what they cover; `tree` is undefined when there are none. */
interface BoxIndex {
  readonly tree: Flatbush | undefined
  readonly ids: readonly string[]
}

function indexBoxes(entries: readonly (readonly [string, Box])[]): BoxIndex {
  if (entries.length === 0) return { tree: undefined, ids: [] }
  const tree = new Flatbush(entries.length)
  for (const [, { x, y, width, height }] of entries) tree.add(x, y, x + width, y + height)
  tree.finish()
  return { tree, ids: entries.map(([id]) => id) }
}

function search({ tree, ids }: BoxIndex, { x, y, width, height }: Box): readonly string[] {
  if (tree === undefined) return []
  const found = tree.search(x, y, x + width, y + height)
  return found.toSorted((a, b) => a - b).map((index) => ids[index] ?? '')
}
