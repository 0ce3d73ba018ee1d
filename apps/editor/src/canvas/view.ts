import type { Position } from '@millrace/flow'
import { around, type Box } from '../model/geometry.ts'
import { startPlacing } from './gestures/placing.ts'
import type { SceneNode } from './scene.ts'
import type { Stage, Viewport } from './stage.ts'

const moveForMs = 160

/** Puts the view where it was, or fits the flow into it; answers what others ask of the canvas. */
export function openView(stage: Stage): () => void {
  const key = `millrace-view ${stage.flow.name}`
  const kept = readViewport(key)
  stage.moveTo(kept ?? fitted(stage))
  const detach = stage.workbench.view.attach({
    fit: () => stage.moveTo(fitted(stage), { durationMs: moveForMs }),
    zoomBy: (factor) => zoomTo(stage, stage.viewport.zoom * factor),
    zoomTo: (zoom) => zoomTo(stage, zoom),
    center: () => stage.center(),
    pastePoint: () => stage.pointerOrCenter(),
    focus: () => stage.element?.focus({ preventScroll: true }),
    place: (type, { isByDrag }) => startPlacing(stage, type, isByDrag),
    showNode(node, { focus = false } = {}) {
      showNode(stage, node)
      stage.flow.focusNode(node)
      if (focus) stage.element?.focus({ preventScroll: true })
    },
  })
  return () => {
    detach()
    writeViewport(key, stage.viewport)
  }
}

const edge = 40

/** The view in which all of the flow is seen, no larger than life. */
export function fitted(stage: Stage): Viewport {
  const frame = around([...stage.scene.nodes.values()].map(withLabels))
  if (frame === undefined) return { x: 0, y: 0, zoom: 1 }
  return viewOf(stage, frame, 1)
}

/** The names of several outputs stand beside the card. */
function withLabels(node: SceneNode): Box {
  const { x, y, width, height, ports } = node
  const regular = ports.outputs.filter(({ name }) => name !== 'error')
  return regular.length > 1 ? { x, y, width: width + labelWidth, height } : { x, y, width, height }
}

const labelWidth = 72

function viewOf(stage: Stage, { x, y, width, height }: Box, most: number): Viewport {
  const { size } = stage
  const room = {
    width: Math.max(1, size.width - 2 * edge),
    height: Math.max(1, size.height - 2 * edge),
  }
  const zoom = Math.max(0.05, Math.min(most, room.width / width, room.height / height))
  return {
    x: Math.round(size.width / 2 - (x + width / 2) * zoom),
    y: Math.round(size.height / 2 - (y + height / 2) * zoom),
    zoom,
  }
}

export function zoomTo(stage: Stage, wanted: number): void {
  const zoom = Math.max(0.05, Math.min(2, wanted))
  const { width, height } = stage.size
  const { x, y } = stage.center()
  stage.moveTo(
    { x: width / 2 - x * zoom, y: height / 2 - y * zoom, zoom },
    { durationMs: moveForMs },
  )
}

/** Moves only as far as needed; not at all when the card is well in sight. */
export function showNode(stage: Stage, id: string): void {
  const box = stage.scene.nodes.get(id)
  if (box === undefined) return
  const { zoom } = stage.viewport
  const seen = stage.visible()
  const margin = 40 / zoom
  const isSeen =
    box.x > seen.x + margin / 2 &&
    box.y > seen.y + margin / 2 &&
    box.x + box.width < seen.x + seen.width - margin / 2 &&
    box.y + box.height < seen.y + seen.height - margin / 2
  if (isSeen && zoom >= 0.44) return
  const wanted = Math.max(zoom, 0.8)
  const middle = center(box)
  stage.moveTo(
    {
      x: Math.round(stage.size.width / 2 - middle.x * wanted),
      y: Math.round(stage.size.height / 2 - middle.y * wanted),
      zoom: wanted,
    },
    { durationMs: moveForMs },
  )
}

const center = ({ x, y, width, height }: Box): Position => ({ x: x + width / 2, y: y + height / 2 })

function readViewport(key: string): Viewport | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return undefined
    const { x, y, zoom } = kept as Partial<Viewport>
    return typeof x === 'number' && typeof y === 'number' && typeof zoom === 'number'
      ? { x, y, zoom }
      : undefined
  } catch {
    return undefined
  }
}

function writeViewport(key: string, viewport: Viewport): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(viewport))
  } catch {
    // A browser that keeps nothing fits the flow into view next time.
  }
}
