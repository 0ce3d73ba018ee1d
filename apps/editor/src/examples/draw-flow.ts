import type { Flow, FlowNode } from '@millrace/flow'
import type { Category } from '@millrace/sdk/descriptor'
import { nameOf, portsOf } from '../model/catalog.ts'
import type { Catalog } from '../model/catalog.ts'
import { around, curveBetween, curvePath, measures, portOffset, sizeOf } from '../model/geometry.ts'
import type { Box } from '../model/geometry.ts'

/** A flow as a small picture: its cards and wires where they lie, without the notes. */
export interface FlowDrawing {
  readonly area: Box
  readonly cards: readonly DrawnCard[]
  readonly wires: readonly DrawnWire[]
}

export interface DrawnCard extends Box {
  readonly id: string
  readonly category: Category
  /** How long the line that stands for its name is. */
  readonly nameWidth: number
}

export interface DrawnWire {
  readonly id: string
  readonly path: string
}

export function drawFlow(flow: Flow, catalog: Catalog): FlowDrawing {
  const nodes = new Map(
    flow.nodes
      .filter(({ type }) => catalog.descriptors.get(type)?.kind !== 'note')
      .map((node) => [node.id, node]),
  )
  const boxes = new Map([...nodes].map(([id, node]) => [id, boxOf(flow, catalog, node)]))
  const cards = [...nodes.values()].map((node): DrawnCard => {
    const box = boxes.get(node.id) ?? emptyBox
    const category = catalog.descriptors.get(node.type)?.category ?? 'connections'
    const nameWidth = Math.min(box.width - 72, 10 + 8 * nameOf(catalog, node).length)
    return { ...box, id: node.id, category, nameWidth }
  })
  const wires = flow.wires.flatMap(({ from, to }): DrawnWire[] => {
    const start = portAt(from, 'output')
    const end = portAt(to, 'input')
    if (start === undefined || end === undefined) return []
    const id = `${from.node}:${from.port}>${to.node}:${to.port}`
    return [{ id, path: curvePath(curveBetween(start, end)) }]
  })
  return { area: around(cards) ?? emptyBox, cards, wires }

  function portAt({ node: id, port }: { node: string; port: string }, side: 'input' | 'output') {
    const node = nodes.get(id)
    const box = boxes.get(id)
    if (node === undefined || box === undefined) return undefined
    const offset = portOffset(box, portsOf(catalog, node), { side, port })
    return { x: box.x + offset.x, y: box.y + offset.y }
  }
}

const emptyBox: Box = { x: 0, y: 0, width: measures.cardWidth, height: measures.cardHeight }

function boxOf({ layout }: Flow, catalog: Catalog, node: FlowNode): Box {
  const { x, y } = layout[node.id] ?? emptyBox
  return { x, y, ...sizeOf(catalog, node) }
}
