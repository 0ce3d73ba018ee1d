import type { Position } from '@millrace/flow'
import type { FlowCore } from '../flow-core.ts'
import { counted } from './labels.ts'
import { spliceInto } from './splicing.ts'

export interface Moving {
  moveNodes(places: ReadonlyMap<string, Position>, options?: MoveOptions): void
  /** Moves what is selected by steps of the keyboard; a run of them is one step of the history. */
  nudge(by: Position): void
}

export interface MoveOptions {
  /** The wire that the one moved node was dropped on. */
  readonly onWire?: string | undefined
  /** Part of the step before, such as making the copy that is moved. */
  readonly isContinued?: boolean
}

export function createMoving(core: FlowCore): Moving {
  return {
    moveNodes: (places, options) => moveNodes(core, places, options),
    nudge(by) {
      const { document, selection } = core.store.getState()
      const ids = [...selection.nodes]
      const places = ids.map((id) => {
        const { x, y } = document.layout.get(id) ?? { x: 0, y: 0 }
        return [id, { x: x + by.x, y: y + by.y }] as const
      })
      moveNodes(core, new Map(places), { coalesce: `nudge ${ids.join(' ')}` })
    },
  }
}

function moveNodes(
  core: FlowCore,
  places: ReadonlyMap<string, Position>,
  options: MoveOptions & { readonly coalesce?: string } = {},
): void {
  const { onWire, coalesce, isContinued } = options
  core.transact(
    counted('Move', places.size, 'node'),
    (draft) => {
      for (const [id, place] of places)
        if (draft.now.nodes.has(id)) draft.set('layout', id, rounded(place))
      const [moved] = places.keys()
      if (onWire !== undefined && moved !== undefined) spliceInto(core, draft, moved, onWire)
    },
    {
      ...(coalesce === undefined ? {} : { coalesce }),
      ...(isContinued === undefined ? {} : { isContinued }),
    },
  )
}

function rounded({ x, y }: Position): Position {
  return { x: Math.round(x), y: Math.round(y) }
}
