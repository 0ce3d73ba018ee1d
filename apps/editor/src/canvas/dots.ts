import type { Stage } from './stage.ts'

/** Distance between the dots of the background, in canvas units. */
const pitch = 24
/** Closer than this, in pixels, every second row of dots is left out. */
const closest = 14

/** Keeps the dots behind the flow in step with the view. */
export function alignDots(stage: Stage, element: HTMLElement): () => void {
  const align = () => {
    const { x, y, zoom } = stage.viewport
    let step = pitch * zoom
    while (step < closest) step *= 2
    element.style.backgroundSize = `${step}px ${step}px`
    element.style.backgroundPosition = `${x - step / 2}px ${y - step / 2}px`
  }
  align()
  return stage.onView(align)
}
