import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { curveBetween, curvePath, measures } from '../model/geometry.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import styles from './overlays.module.css'
import { useCanvasState, useStage } from './stage-context.tsx'

/** Renders again whenever the view moves; only for the few things that float over the canvas. */
export function useViewport() {
  const stage = useStage()
  const [viewport, setViewport] = useState(stage.viewport)
  useEffect(() => stage.onView(() => setViewport(stage.viewport)), [stage])
  return viewport
}

/** The wire that is being drawn. */
export function WiringLine() {
  const wiring = useCanvasState((state) => state.wiring)
  const { x, y, zoom } = useViewport()
  if (wiring === undefined) return null
  const { start, end, target, refusal } = wiring
  const curve = start.side === 'output' ? curveBetween(start, end) : curveBetween(end, start)
  return (
    <>
      <svg className={styles['layer']} aria-hidden>
        <g transform={`translate(${x} ${y}) scale(${zoom})`}>
          <path
            className={styles['wire']}
            data-look={target !== undefined ? 'fine' : refusal === undefined ? 'open' : 'refused'}
            d={curvePath(curve)}
          />
          <circle className={styles['end']} cx={end.x} cy={end.y} r={4} />
        </g>
      </svg>
      {refusal !== undefined && (
        <span
          className={styles['refusal']}
          style={{ left: end.x * zoom + x + 12, top: end.y * zoom + y + 12 }}
        >
          {refusal}
        </span>
      )}
    </>
  )
}

/** The rubber band. */
export function Band() {
  const band = useCanvasState((state) => state.band)
  const { x, y, zoom } = useViewport()
  if (band === undefined) return null
  return (
    <div
      className={styles['band']}
      style={{
        left: band.x * zoom + x,
        top: band.y * zoom + y,
        width: band.width * zoom,
        height: band.height * zoom,
      }}
    />
  )
}

/** Where the node from the palette, or from the list at the cursor, will be. */
export function PlacingGhost() {
  const { layout, editor } = useWorkbench()
  const placing = useCanvasState((state) => state.placing)
  const quickAdd = useStore(layout, (state) => state.quickAdd)
  const descriptors = useStore(editor.catalog, (catalog) => catalog.descriptors)
  const { x, y, zoom } = useViewport()
  const at = placing?.at ?? quickAdd?.at
  if (at === undefined || quickAdd?.replaces !== undefined) return null
  const descriptor = placing === undefined ? undefined : descriptors.get(placing.type)
  const left =
    placing === undefined && quickAdd?.wireFrom !== undefined ? 0 : measures.cardWidth / 2
  const isLeftward = placing === undefined && quickAdd?.wireTo !== undefined
  return (
    <div
      className={styles['ghost']}
      data-spliced={placing?.onWire !== undefined || undefined}
      style={{
        width: measures.cardWidth,
        height: measures.cardHeight,
        transform: `translate(${at.x * zoom + x}px, ${at.y * zoom + y}px) scale(${zoom}) translate(${isLeftward ? -measures.cardWidth : -left}px, ${-measures.cardHeight / 2}px)`,
      }}
    >
      {descriptor !== undefined && (
        <>
          <Icon name={descriptor.icon} />
          {descriptor.title}
        </>
      )}
    </div>
  )
}
