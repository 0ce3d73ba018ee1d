import type { Position, Wire } from '@millrace/flow'
import { mainPort, wiresOf } from '../../model/index.ts'
import { otherSide, type Wiring } from '../canvas-state.ts'
import type { PortSpot } from '../scene.ts'
import type { Stage } from '../stage.ts'
import type { Drag } from './drag.ts'
import { panAtEdges } from './edge-pan.ts'

/** How near, in pixels, the end of a wire has to come to a port to snap to it. */
const snapPixels = 26

/** Begins a wire at a port. Dragging from a wired input takes that wire off instead. */
export function startWiring(
  stage: Stage,
  spot: PortSpot,
  { isByClicks }: { readonly isByClicks: boolean },
): Drag | undefined {
  const moved = isByClicks ? undefined : wireToMove(stage, spot)
  const wire = moved === undefined ? undefined : stage.scene.document.wires.get(moved)
  const start = wire === undefined ? spot : stage.scene.portSpot(wire.from, 'output')
  if (start === undefined) return undefined
  const wiring: Wiring = {
    start,
    end: spot,
    target: undefined,
    refusal: undefined,
    moved,
    isByClicks,
  }
  stage.state.setState({ wiring })
  if (isByClicks) return undefined
  const stopPanning = panAtEdges(
    stage,
    () => stage.pointer !== undefined && moveWiring(stage, stage.pointer),
  )
  return {
    move: (point) => moveWiring(stage, point),
    end(point) {
      stopPanning()
      moveWiring(stage, point)
      finish(stage, point)
    },
    cancel() {
      stopPanning()
      stopWiring(stage)
    },
  }
}

export function stopWiring(stage: Stage): void {
  stage.state.setState({ wiring: undefined })
}

/** The one wire at an input, or of several the selected one. */
function wireToMove(stage: Stage, { reference, side }: PortSpot): string | undefined {
  if (side !== 'input') return undefined
  const { document, selection } = stage.flow.store.getState()
  const wires = wiresOf(stage.flow.wires(), reference.node).incoming.filter(
    (id) => document.wires.get(id)?.to.port === reference.port,
  )
  return wires.length === 1 ? wires[0] : wires.find((id) => selection.wires.has(id))
}

export function moveWiring(stage: Stage, point: Position): void {
  const { wiring } = stage.state.getState()
  if (wiring === undefined) return
  const end = stage.toCanvas(point)
  const found = targetAt(stage, wiring, end)
  const verdict = found === undefined ? undefined : judge(stage, wiring, found)
  stage.state.setState({
    wiring: {
      ...wiring,
      end: found ?? end,
      target: verdict?.isFine === true ? found : undefined,
      refusal: verdict?.isFine === false ? verdict.reason : undefined,
    },
  })
}

/** The port near the point, or the main port of the card that it is over. */
function targetAt(stage: Stage, { start }: Wiring, point: Position): PortSpot | undefined {
  const side = otherSide(start.side)
  const spot = stage.scene.portNear(point, { side, reach: stage.pixels(snapPixels) })
  if (spot !== undefined && spot.reference.node !== start.reference.node) return spot
  const id = stage.scene.nodeAt(point)
  const node = id === undefined ? undefined : stage.scene.document.nodes.get(id)
  if (node === undefined || node.id === start.reference.node) return undefined
  const port = mainPort(stage.workbench.editor.catalog.getState(), node, side)
  return port === undefined ? undefined : stage.scene.portSpot(port, side)
}

function wireBetween({ start }: Wiring, other: PortSpot): Wire {
  return start.side === 'output'
    ? { from: start.reference, to: other.reference }
    : { from: other.reference, to: start.reference }
}

function judge(stage: Stage, wiring: Wiring, target: PortSpot) {
  const { from, to } = wireBetween(wiring, target)
  return stage.flow.canConnect(from, to)
}

/** The second click of a wire drawn by clicks. */
export function finishByClick(stage: Stage, point: Position): void {
  moveWiring(stage, point)
  finish(stage, point)
}

function finish(stage: Stage, point: Position): void {
  const { wiring } = stage.state.getState()
  stopWiring(stage)
  if (wiring === undefined) return
  const { flow, workbench } = stage
  const { start, target, refusal, moved } = wiring
  if (target !== undefined) {
    const { from, to } = wireBetween(wiring, target)
    if (moved === undefined) flow.connect(from, to)
    else flow.rewire(moved, { to })
  } else if (refusal !== undefined) {
    if (moved === undefined || !isBackWhereItWas(stage, wiring))
      workbench.notices.notify({ kind: 'warning', text: refusal })
  } else if (moved !== undefined) flow.disconnect([moved])
  else if (stage.scene.nodeAt(stage.toCanvas(point)) === undefined) offerNode(stage, wiring)
  else if (start.side === 'output')
    workbench.notices.notify({ kind: 'warning', text: 'That node takes no messages in.' })
}

function isBackWhereItWas({ scene }: Stage, { moved, end }: Wiring): boolean {
  const wire = moved === undefined ? undefined : scene.document.wires.get(moved)
  const spot = wire === undefined ? undefined : scene.portSpot(wire.to, 'input')
  return spot !== undefined && Math.hypot(spot.x - end.x, spot.y - end.y) < 2
}

/** Dropped on nothing: whatever is chosen now comes there, wired. */
function offerNode(stage: Stage, { start, end }: Wiring): void {
  const wire = start.side === 'output' ? { wireFrom: start.reference } : { wireTo: start.reference }
  stage.workbench.layout.setState({ quickAdd: { at: end, ...wire } })
}
