import { useEffect, useRef, useState, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { around, type Box } from '../model/geometry.ts'
import styles from './minimap.module.css'
import { readColors, type Colors } from './palette-colors.ts'
import type { Stage } from './stage.ts'
import { useCanvasState, useFlowPart, useStage } from './stage-context.tsx'

const wide = 192
const high = 128
/** How long, in milliseconds, it stays after panning. */
const lingersMs = 1200

/** The whole flow in a corner: while the view moves, or for as long as it is switched on. */
export function Minimap() {
  const stage = useStage()
  const isOn = useStore(stage.workbench.layout, (layout) => layout.isMinimapShown)
  const isPanning = useCanvasState((state) => state.isPanning)
  const isLarge = useFlowPart(({ document }) => document.nodes.size > 12)
  const lingers = useLingering(isPanning)
  if (!isOn && !(lingers && isLarge)) return null
  return <LittleMap stage={stage} />
}

/** True with `isOn`, and for a while after. */
function useLingering(isOn: boolean): boolean {
  const [lingers, setLingers] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLingers(isOn), isOn ? 0 : lingersMs)
    return () => clearTimeout(timer)
  }, [isOn])
  return isOn || lingers
}

function LittleMap({ stage }: { readonly stage: Stage }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let frame = 0
    const schedule = () => {
      if (frame === 0)
        frame = requestAnimationFrame(() => {
          frame = 0
          if (canvas.current !== null) paint(stage, canvas.current)
        })
    }
    const stops = [
      stage.onView(schedule),
      stage.flow.store.subscribe(schedule),
      stage.scene.onMove(schedule),
      stage.workbench.theme.subscribe(schedule),
    ]
    schedule()
    return () => {
      cancelAnimationFrame(frame)
      for (const stop of stops) stop()
    }
  }, [stage])
  const go = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return
    const bounds = event.currentTarget.getBoundingClientRect()
    const { scale, frame } = fitting(stage)
    const { zoom } = stage.viewport
    const at = {
      x: frame.x + (event.clientX - bounds.left) / scale,
      y: frame.y + (event.clientY - bounds.top) / scale,
    }
    const { width, height } = stage.size
    stage.moveTo({ x: width / 2 - at.x * zoom, y: height / 2 - at.y * zoom, zoom })
  }
  return (
    <canvas
      ref={canvas}
      className={styles['map']}
      data-over-canvas
      data-testid="minimap"
      aria-hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        go(event)
      }}
      onPointerMove={go}
    />
  )
}

/** What the map shows, all of the flow and what is seen, and how small. */
function fitting(stage: Stage): { readonly frame: Box; readonly scale: number } {
  const seen = stage.visible()
  const all = around([allNodes(stage) ?? seen, seen]) ?? seen
  const scale = Math.min(wide / all.width, high / all.height) * 0.94
  const middle = { x: all.x + all.width / 2, y: all.y + all.height / 2 }
  return {
    scale,
    frame: {
      x: middle.x - wide / 2 / scale,
      y: middle.y - high / 2 / scale,
      width: wide / scale,
      height: high / scale,
    },
  }
}

const frames = new WeakMap<object, Box | undefined>()

/** The box around all nodes; worked out once for a map of them. */
function allNodes({ scene }: Stage): Box | undefined {
  const { nodes } = scene
  if (!frames.has(nodes)) frames.set(nodes, around([...nodes.values()]))
  return frames.get(nodes)
}

function paint(stage: Stage, canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const ratio = Math.min(2, devicePixelRatio)
  canvas.width = wide * ratio
  canvas.height = high * ratio
  const { frame, scale } = fitting(stage)
  const colors = readColors()
  const zoom = scale * ratio
  context.setTransform(zoom, 0, 0, zoom, -frame.x * zoom, -frame.y * zoom)
  paintNodes(stage, { context, colors, smallest: 2 / scale })
  const seen = stage.visible()
  context.lineWidth = 1.5 / scale
  context.strokeStyle = colors.textDim
  context.strokeRect(seen.x, seen.y, seen.width, seen.height)
}

/** One path for each colour, however many nodes there are. */
function paintNodes(
  { scene, flow, workbench }: Stage,
  how: { context: CanvasRenderingContext2D; colors: Colors; smallest: number },
): void {
  const { context, colors, smallest } = how
  const { descriptors } = workbench.editor.catalog.getState()
  const { selection } = flow.store.getState()
  const paths = new Map<string, Path2D>()
  for (const id of scene.nodes.keys()) {
    const box = scene.boxOf(id)
    if (box === undefined) continue
    const color = selection.nodes.has(id)
      ? colors.selected
      : colors.tint(descriptors.get(box.node.type)?.category)
    const path = paths.get(color) ?? new Path2D()
    paths.set(color, path)
    path.rect(box.x, box.y, Math.max(box.width, smallest), Math.max(box.height, smallest))
  }
  for (const [color, path] of paths) {
    context.fillStyle = color
    context.fill(path)
  }
}
