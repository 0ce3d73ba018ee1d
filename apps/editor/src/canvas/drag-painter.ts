import { curvePath, pointOn } from '../model/geometry.ts'
import type { Stage } from './stage.ts'

/** Shows dragged cards and their wires where the hand has them, without React. */
export function paintDrag(stage: Stage): void {
  const { scene, mounted } = stage
  const { moving, offset } = scene
  for (const id of moving) {
    const frame = mounted.frameOf(id)
    if (frame !== undefined) frame.style.translate = `${offset.x}px ${offset.y}px`
  }
  for (const id of scene.wiresTouching(moving)) {
    const parts = mounted.wires.get(id)
    const curve = parts === undefined ? undefined : scene.curveOf(id)
    if (parts === undefined || curve === undefined) continue
    const path = curvePath(curve)
    parts.line.setAttribute('d', path)
    parts.hit.setAttribute('d', path)
    const { x, y } = pointOn(curve, 0.5)
    parts.chip.setAttribute('transform', `translate(${Math.round(x)} ${Math.round(y)})`)
    parts.add.setAttribute('transform', `translate(${Math.round(x)} ${Math.round(y) + 18})`)
  }
}
