import { positionOf } from '@millrace/flow'
import type { FlowNode, Position, Wire } from '@millrace/flow'
import { measures } from './geometry.ts'

interface Drawn {
  readonly nodes: readonly FlowNode[]
  readonly wires: readonly Wire[]
  readonly layout: Readonly<Record<string, Position>>
}

/** The places of all nodes: those that have none stand in columns along the wires, below the rest. */
export function placesOf({ nodes, wires, layout }: Drawn): Readonly<Record<string, Position>> {
  const unplaced = nodes.filter(({ id }) => positionOf(layout, id) === undefined)
  if (unplaced.length === 0) return layout
  const columns = columnsOf(unplaced, wires)
  const placed = nodes.flatMap(({ id }) => positionOf(layout, id) ?? [])
  const left = Math.min(...placed.map(({ x }) => x), placed.length === 0 ? 0 : Infinity)
  const lowest = Math.max(...placed.map(({ y }) => y), -rowHeight)
  const heights = new Map<number, number>()
  const found = unplaced.map(({ id }): [string, Position] => {
    const column = columns.get(id) ?? 0
    const row = heights.get(column) ?? 0
    heights.set(column, row + 1)
    return [id, { x: left + column * columnWidth, y: lowest + (row + 1) * rowHeight }]
  })
  return { ...layout, ...Object.fromEntries(found) }
}

const columnWidth = measures.cardWidth + measures.columnGap
const rowHeight = measures.cardHeight * 2

/** How many wires lead to a node at most; what stands in a cycle comes after what leads into it. */
function columnsOf(nodes: readonly FlowNode[], wires: readonly Wire[]): Map<string, number> {
  const columns = new Map(nodes.map(({ id }) => [id, 0]))
  const inner = wires.filter(({ from, to }) => columns.has(from.node) && columns.has(to.node))
  const leaving = Map.groupBy(inner, ({ from }) => from.node)
  const awaited = new Map<string, number>()
  for (const { to } of inner) awaited.set(to.node, (awaited.get(to.node) ?? 0) + 1)
  const ready = nodes.map(({ id }) => id).filter((id) => !awaited.has(id))
  // Grows while it is read.
  for (const id of ready)
    for (const { to } of leaving.get(id) ?? []) {
      const [least, column] = [(columns.get(id) ?? 0) + 1, columns.get(to.node) ?? 0]
      columns.set(to.node, Math.max(least, column))
      const left = (awaited.get(to.node) ?? 0) - 1
      awaited.set(to.node, left)
      if (left === 0) ready.push(to.node)
    }
  return columns
}
