import type { Position } from '@millrace/flow'
import type { Box } from '../../model/geometry.ts'
import type { Stage } from '../stage.ts'
import type { Drag } from './drag.ts'
import { panAtEdges } from './edge-pan.ts'

/** Selects what a rubber band touches; with Shift, in addition to what is selected. */
export function startBand(stage: Stage, from: Position, press: MouseEvent): Drag {
  const { flow, state, scene } = stage
  const corner = stage.toCanvas(from)
  const before = flow.store.getState().selection
  const kept = press.shiftKey || press.ctrlKey || press.metaKey ? before.nodes : new Set<string>()
  const draw = (point: Position) => {
    const band = boxBetween(corner, stage.toCanvas(point))
    state.setState({ band })
    const nodes = new Set([...kept, ...scene.nodesIn(band)])
    if (!isSame(nodes, flow.store.getState().selection.nodes)) flow.select(nodes)
  }
  const stopPanning = panAtEdges(stage, () => stage.pointer !== undefined && draw(stage.pointer))
  const finish = () => {
    stopPanning()
    state.setState({ band: undefined })
  }
  return {
    move: draw,
    end: finish,
    cancel() {
      finish()
      flow.select(before.nodes, before.wires)
    },
  }
}

function boxBetween(a: Position, b: Position): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id))
}
