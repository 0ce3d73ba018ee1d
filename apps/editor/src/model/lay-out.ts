import { graphlib, layout } from '@dagrejs/dagre'
import type { Position } from '@millrace/flow'
import type { Catalog } from './catalog.ts'
import type { FlowDocument } from './document.ts'
import { around, measures, sizeOf, snap, type Box } from './geometry.ts'

/** Places nodes in columns along the wires; the upper left corner of the whole stays where it was. */
export function layOut(
  document: FlowDocument,
  catalog: Catalog,
  ids: ReadonlySet<string>,
): ReadonlyMap<string, Position> {
  const graph = new graphlib.Graph({ multigraph: true })
  graph.setGraph({
    rankdir: 'LR',
    ranksep: measures.columnGap,
    nodesep: measures.rowGap,
    edgesep: measures.rowGap / 2,
    marginx: 0,
    marginy: 0,
  })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const id of ids) {
    const node = document.nodes.get(id)
    if (node !== undefined) graph.setNode(id, { ...sizeOf(catalog, node) })
  }
  for (const [id, { from, to }] of document.wires)
    if (ids.has(from.node) && ids.has(to.node)) graph.setEdge(from.node, to.node, {}, id)
  layout(graph)
  const placed = graph.nodes().map((id) => ({ id, ...corner(graph.node(id)) }))
  return shifted(placed, startOf(document, catalog, ids))
}

interface Laid {
  readonly x?: number
  readonly y?: number
  readonly width?: number
  readonly height?: number
}

function corner({ x = 0, y = 0, width = 0, height = 0 }: Laid): Box {
  return { x: x - width / 2, y: y - height / 2, width, height }
}

function startOf(document: FlowDocument, catalog: Catalog, ids: ReadonlySet<string>): Position {
  const boxes = [...ids].flatMap((id) => {
    const [node, place] = [document.nodes.get(id), document.layout.get(id)]
    return node === undefined || place === undefined ? [] : [{ ...place, ...sizeOf(catalog, node) }]
  })
  return around(boxes) ?? { x: 0, y: 0 }
}

function shifted(
  placed: readonly (Box & { readonly id: string })[],
  start: Position,
): ReadonlyMap<string, Position> {
  const frame = around(placed)
  if (frame === undefined) return new Map()
  const place = ({ x, y }: Position) => snap({ x: x - frame.x + start.x, y: y - frame.y + start.y })
  return new Map(placed.map((box) => [box.id, place(box)]))
}
