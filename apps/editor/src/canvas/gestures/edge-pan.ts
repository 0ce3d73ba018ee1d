import type { Stage } from '../stage.ts'

/** How near, in pixels, to the edge of the canvas the view begins to move along. */
const edgePixels = 36
const fastest = 14

/** Moves the view while something is dragged along its edge; returns what ends it. */
export function panAtEdges(stage: Stage, moved: () => void): () => void {
  let frame = requestAnimationFrame(step)
  function step(): void {
    frame = requestAnimationFrame(step)
    const bounds = stage.element?.getBoundingClientRect()
    const { pointer } = stage
    if (bounds === undefined || pointer === undefined) return
    const dx = pull(pointer.x - bounds.left, bounds.right - pointer.x)
    const dy = pull(pointer.y - bounds.top, bounds.bottom - pointer.y)
    if (dx === 0 && dy === 0) return
    const { x, y, zoom } = stage.viewport
    stage.moveTo({ x: x + dx, y: y + dy, zoom })
    moved()
  }
  return () => cancelAnimationFrame(frame)
}

function pull(fromStart: number, fromEnd: number): number {
  const strength = (distance: number) =>
    Math.min(1, Math.max(0, (edgePixels - distance) / edgePixels)) * fastest
  return strength(fromStart) - strength(fromEnd)
}
