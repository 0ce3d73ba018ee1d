import type { Position } from '@millrace/flow'
import { wiresOf, type WireIndex } from '../../model/index.ts'
import { measures } from '../../model/geometry.ts'
import type { Stage } from '../stage.ts'
import type { Drag } from './drag.ts'
import { panAtEdges } from './edge-pan.ts'

export interface CardDragOptions {
  /** Where the press was, in the window. */
  readonly from: Position
  /** Drags a copy and leaves what is there. */
  readonly isCopying: boolean
}

/** Moves the selected cards with the pointer. The document hears of it once, at the end. */
export function startCardDrag(
  stage: Stage,
  node: string,
  { from, isCopying }: CardDragOptions,
): Drag {
  const { flow, scene, state } = stage
  const start = stage.toCanvas(from)
  if (isCopying) flow.duplicate({ x: 0, y: 0 })
  const ids = flow.store.getState().selection.nodes
  const lead = isCopying ? [...ids][0] : node
  const origin = scene.nodes.get(lead ?? node)
  let pointer = from
  const drag = (isFree: boolean) => {
    const at = stage.toCanvas(pointer)
    const raw = { x: at.x - start.x, y: at.y - start.y }
    scene.drag(ids, origin === undefined || isFree ? raw : snapped(origin, raw))
    state.setState({ spliced: splicedBy(stage, ids) })
  }
  state.setState({ isDragging: true })
  const stopPanning = panAtEdges(stage, () => drag(false))
  const finish = () => {
    stopPanning()
    state.setState({ isDragging: false, spliced: undefined })
  }
  return {
    move(point, event) {
      pointer = point
      // With Ctrl or ⌘ held, cards keep off the grid.
      drag(event.ctrlKey || event.metaKey)
    },
    end() {
      const onWire = state.getState().spliced
      flow.moveNodes(scene.drop(), { onWire, isContinued: isCopying })
      finish()
    },
    cancel() {
      scene.drag(ids, { x: 0, y: 0 })
      scene.drop()
      if (isCopying) flow.undo()
      finish()
    },
  }
}

function snapped(origin: Position, by: Position): Position {
  const { grid } = measures
  const snap = (value: number) => Math.round(value / grid) * grid
  return { x: snap(origin.x + by.x) - origin.x, y: snap(origin.y + by.y) - origin.y }
}

/** The wire that the one dragged node would go into: one that it lies on, while it has none itself. */
function splicedBy(stage: Stage, ids: ReadonlySet<string>): string | undefined {
  const [id] = ids
  if (ids.size !== 1 || id === undefined) return undefined
  const box = stage.scene.boxOf(id)
  if (box === undefined || !isFree(stage.flow.wires(), id)) return undefined
  if (box.ports.inputs.length === 0) return undefined
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  return stage.scene.wireNear(middle, { reach: box.height / 2, except: ids })
}

function isFree(wires: WireIndex, id: string): boolean {
  const { incoming, outgoing } = wiresOf(wires, id)
  return incoming.length === 0 && outgoing.length === 0
}
