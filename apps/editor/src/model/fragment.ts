import { positionOf } from '@millrace/flow'
import type { FlowNode, Group, Position, Wire } from '@millrace/flow'
import { placesOf } from './columns.ts'
import { wireId, type FlowDocument } from './document.ts'
import { measures, snap } from './geometry.ts'
import type { DocumentDraft } from './change.ts'

/** A piece of a flow, as it lies on the clipboard: a flow without a name. */
export interface Fragment {
  readonly millrace: 1
  readonly nodes: readonly FlowNode[]
  readonly wires: readonly Wire[]
  readonly groups?: readonly Group[]
  readonly layout: Readonly<Record<string, Position>>
}

/** The nodes with the wires between them. */
export function fragmentOf(document: FlowDocument, ids: ReadonlySet<string>): Fragment {
  const nodes = [...document.nodes.values()].filter(({ id }) => ids.has(id))
  const wires = [...document.wires.values()].filter(
    ({ from, to }) => ids.has(from.node) && ids.has(to.node),
  )
  const groups = [...document.groups.values()].filter((group) =>
    group.nodes.every((id) => ids.has(id)),
  )
  const places = nodes.map(({ id }) => [id, document.layout.get(id) ?? { x: 0, y: 0 }] as const)
  const layout = Object.fromEntries(places)
  return { millrace: 1, nodes, wires, ...(groups.length === 0 ? {} : { groups }), layout }
}

/** What a text from the clipboard is; undefined when it is nothing that the editor knows. */
export function parseFragment(text: string): Fragment | undefined {
  const value = parseJson(text)
  if (!isRecord(value) || value['millrace'] !== 1) return undefined
  const flows = value['flows']
  const source = Array.isArray(flows) && isRecord(flows[0]) ? flows[0] : value
  const { nodes, wires, groups, layout } = source
  if (!Array.isArray(nodes) || !nodes.every(isNode)) return undefined
  const joins = Array.isArray(wires) ? wires.filter(isWire) : []
  const places = isRecord(layout)
    ? Object.fromEntries(Object.entries(layout).filter(hasPosition))
    : {}
  return {
    millrace: 1,
    nodes,
    wires: joins,
    groups: Array.isArray(groups) ? groups.filter(isGroup) : [],
    layout: placesOf({ nodes, wires: joins, layout: places }),
  }
}

/** Whether a text is flows to import whole, rather than a piece to paste. */
export function isBundle(text: string): boolean {
  const value = parseJson(text)
  if (!isRecord(value) || value['millrace'] !== 1 || !Array.isArray(value['flows'])) return false
  const connections = value['connections']
  return value['flows'].length > 1 || (Array.isArray(connections) && connections.length > 0)
}

/** Puts a fragment into a document under new ids; returns these. */
export function insertFragment(
  draft: DocumentDraft,
  fragment: Fragment,
  { newId, at }: { readonly newId: (type: string) => string; readonly at: Position },
): ReadonlySet<string> {
  const ids = new Map<string, string>()
  for (const { id, type } of fragment.nodes) ids.set(id, newId(type))
  const shift = shiftTo(fragment, at)
  for (const node of fragment.nodes) {
    const id = ids.get(node.id) ?? node.id
    const place = positionOf(fragment.layout, node.id) ?? { x: 0, y: 0 }
    draft.set('nodes', id, { ...node, id })
    draft.set('layout', id, { x: place.x + shift.x, y: place.y + shift.y })
  }
  for (const { from, to } of fragment.wires) {
    const [start, end] = [ids.get(from.node), ids.get(to.node)]
    if (start === undefined || end === undefined) continue
    const wire = { from: { ...from, node: start }, to: { ...to, node: end } }
    draft.set('wires', wireId(wire), wire)
  }
  for (const group of fragment.groups ?? []) {
    const id = newId('group')
    const nodes = group.nodes.flatMap((node) => ids.get(node) ?? [])
    if (nodes.length > 0) draft.set('groups', id, { ...group, id, nodes })
  }
  return new Set(ids.values())
}

/** How far the fragment moves so that its middle comes to `at`. */
function shiftTo(fragment: Fragment, at: Position): Position {
  const places = fragment.nodes.map(({ id }) => positionOf(fragment.layout, id) ?? { x: 0, y: 0 })
  const left = Math.min(...places.map(({ x }) => x))
  const top = Math.min(...places.map(({ y }) => y))
  const right = Math.max(...places.map(({ x }) => x)) + measures.cardWidth
  const bottom = Math.max(...places.map(({ y }) => y)) + measures.cardHeight
  return snap({ x: at.x - (left + right) / 2, y: at.y - (top + bottom) / 2 })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isText = (value: unknown): value is string => typeof value === 'string'

function isNode(value: unknown): value is FlowNode {
  return (
    isRecord(value) && isText(value['id']) && isText(value['type']) && isRecord(value['config'])
  )
}

function isEnd(value: unknown): boolean {
  return isRecord(value) && isText(value['node']) && isText(value['port'])
}

function isWire(value: unknown): value is Wire {
  return isRecord(value) && isEnd(value['from']) && isEnd(value['to'])
}

function isGroup(value: unknown): value is Group {
  if (!isRecord(value) || !isText(value['id']) || !isText(value['name'])) return false
  return Array.isArray(value['nodes']) && value['nodes'].every(isText)
}

function hasPosition(entry: [string, unknown]): entry is [string, Position] {
  const place = entry[1]
  return isRecord(place) && Number.isFinite(place['x']) && Number.isFinite(place['y'])
}
