import type { Position } from '@millrace/flow'
import { measures } from '../../model/geometry.ts'
import type { Stage } from '../stage.ts'

/** Begins to place a node type: its outline follows the pointer until it is put down. */
export function startPlacing(stage: Stage, type: string, isByDrag: boolean): void {
  const { state } = stage
  stopPlacing(stage)
  state.setState({ placing: { type, at: undefined, onWire: undefined, isByDrag } })
  const move = (event: PointerEvent) => movePlacing(stage, { x: event.clientX, y: event.clientY })
  const release = (event: PointerEvent) => {
    if (isByDrag) place(stage, { x: event.clientX, y: event.clientY })
  }
  const key = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    stopPlacing(stage)
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', release)
  addEventListener('keydown', key, true)
  const unsubscribe = state.subscribe(({ placing }) => {
    if (placing !== undefined) return
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', release)
    removeEventListener('keydown', key, true)
    unsubscribe()
  })
}

export function stopPlacing(stage: Stage): void {
  if (stage.state.getState().placing !== undefined) stage.state.setState({ placing: undefined })
}

export function movePlacing(stage: Stage, point: Position): void {
  const { placing } = stage.state.getState()
  if (placing === undefined) return
  const isInside = isOver(stage, point)
  const at = isInside ? stage.toCanvas(point) : undefined
  const onWire = at === undefined ? undefined : wireFor(stage, placing.type, at)
  stage.state.setState({ placing: { ...placing, at, onWire } })
}

function wireFor(stage: Stage, type: string, at: Position): string | undefined {
  const descriptor = stage.workbench.editor.catalog.getState().descriptors.get(type)
  if (descriptor === undefined || descriptor.inputs.length === 0) return undefined
  return stage.scene.wireNear(at, { reach: measures.cardHeight / 2 })
}

function isOver(stage: Stage, { x, y }: Position): boolean {
  const bounds = stage.element?.getBoundingClientRect()
  if (bounds === undefined) return false
  return x >= bounds.left && x <= bounds.right && y >= bounds.top && y <= bounds.bottom
}

/** Puts the node down with its middle at the point; beside the canvas, lets it go. */
export function place(stage: Stage, point: Position): void {
  movePlacing(stage, point)
  const { placing } = stage.state.getState()
  stopPlacing(stage)
  if (placing?.at === undefined) return
  const { type, at, onWire } = placing
  const position = { x: at.x - measures.cardWidth / 2, y: at.y - measures.cardHeight / 2 }
  stage.flow.addNode(type, { position, ...(onWire === undefined ? {} : { onWire }) })
  stage.element?.focus({ preventScroll: true })
}
