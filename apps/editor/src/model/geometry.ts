import type { FlowNode, Position } from '@millrace/flow'
import type { Catalog, NodePorts, Side } from './catalog.ts'
import { portsOf } from './catalog.ts'

/** Every measure of the canvas, in canvas units, which are CSS pixels at zoom 1. */
export const measures = {
  cardWidth: 200,
  cardHeight: 56,
  noteWidth: 240,
  /** Positions are multiples of it. */
  grid: 8,
  /** From one port to the next. */
  portPitch: 16,
  /** Room between cards that the editor places itself. */
  columnGap: 104,
  rowGap: 24,
} as const

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Box extends Position, Size {}

export function sizeOf(catalog: Catalog, node: FlowNode): Size {
  if (catalog.descriptors.get(node.type)?.kind === 'note') return noteSize(node)
  const { inputs, outputs } = portsOf(catalog, node)
  const regular = outputs.filter(({ name }) => name !== 'error').length
  const most = Math.max(inputs.length, outputs.length > regular ? regular + 1 : regular)
  const needed = (most + 1) * measures.portPitch
  const height = Math.max(measures.cardHeight, Math.ceil(needed / 8) * 8)
  return { width: measures.cardWidth, height }
}

const noteCharactersPerLine = 38
const noteLineHeight = 16

/** A note is as high as its text, within reason. */
function noteSize(node: FlowNode): Size {
  const text = typeof node.config['text'] === 'string' ? node.config['text'] : ''
  const lines = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / noteCharactersPerLine)), 0)
  const height = 36 + Math.min(12, lines) * noteLineHeight
  return { width: measures.noteWidth, height: Math.ceil(height / 8) * 8 }
}

/** Where a port stands, from the upper left corner of its card. */
export function portOffset(
  size: Size,
  ports: NodePorts,
  { side, port }: { readonly side: Side; readonly port: string },
): Position {
  const list = side === 'input' ? ports.inputs : ports.outputs
  const x = side === 'input' ? 0 : size.width
  const regular = list.filter(({ name }) => name !== 'error')
  const at = regular.findIndex(({ name }) => name === port)
  // The error port keeps to the lower corner, out of the way of the others.
  if (at === -1)
    return { x, y: side === 'output' && port === 'error' ? size.height - 8 : size.height / 2 }
  const hasErrorPort = regular.length < list.length
  const room =
    hasErrorPort && regular.length > 1 ? size.height - measures.portPitch / 2 : size.height
  const pitch = Math.min(20, room / (regular.length + 1))
  const middle = regular.length > 1 ? room / 2 : size.height / 2
  return { x, y: Math.round(middle + (at - (regular.length - 1) / 2) * pitch) }
}

export function snap(position: Position): Position {
  const { grid } = measures
  return { x: Math.round(position.x / grid) * grid, y: Math.round(position.y / grid) * grid }
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

export function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined
  const left = Math.min(...boxes.map(({ x }) => x))
  const top = Math.min(...boxes.map(({ y }) => y))
  const right = Math.max(...boxes.map(({ x, width }) => x + width))
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** The control points of a wire: leaves to the right, arrives from the left. */
export interface Curve {
  readonly from: Position
  readonly leaving: Position
  readonly arriving: Position
  readonly to: Position
}

export function curveBetween(from: Position, to: Position): Curve {
  const ahead = to.x - from.x
  const reach = ahead >= 0 ? Math.max(24, ahead / 2) : Math.min(160, 40 + Math.sqrt(-ahead) * 7)
  const bend =
    ahead >= 0 ? Math.min(reach, Math.max(24, Math.hypot(ahead, to.y - from.y) / 2)) : reach
  return {
    from,
    leaving: { x: from.x + bend, y: from.y },
    arriving: { x: to.x - bend, y: to.y },
    to,
  }
}

export function curvePath({ from, leaving, arriving, to }: Curve): string {
  return `M${from.x},${from.y}C${leaving.x},${leaving.y} ${arriving.x},${arriving.y} ${to.x},${to.y}`
}

/** The point at `t` of the way, from 0 to 1. */
export function pointOn({ from, leaving, arriving, to }: Curve, t: number): Position {
  const u = 1 - t
  const mix = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d
  return {
    x: mix(from.x, leaving.x, arriving.x, to.x),
    y: mix(from.y, leaving.y, arriving.y, to.y),
  }
}

/** How far a point is from a curve, near enough for a pointer. */
export function distanceTo(curve: Curve, point: Position): number {
  const steps = 24
  let nearest = Infinity
  for (let step = 0; step <= steps; step++) {
    const { x, y } = pointOn(curve, step / steps)
    nearest = Math.min(nearest, Math.hypot(x - point.x, y - point.y))
  }
  return nearest
}

/** A box that holds the whole curve. */
export function boxOf({ from, leaving, arriving, to }: Curve): Box {
  const left = Math.min(from.x, arriving.x, to.x, leaving.x)
  const right = Math.max(from.x, leaving.x, to.x, arriving.x)
  const top = Math.min(from.y, to.y)
  const bottom = Math.max(from.y, to.y)
  return { x: left, y: top, width: right - left, height: bottom - top }
}
