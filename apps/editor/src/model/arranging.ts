import type { Position } from '@millrace/flow'
import type { FlowCore } from './flow-core.ts'
import { around, sizeOf, snap, type Box } from './geometry.ts'
import { counted } from './editing/labels.ts'
import { newNodeId } from './node-id.ts'

export type Alignment = 'left' | 'right' | 'top' | 'bottom' | 'middle' | 'center'

/** Commands that put things in order. */
export interface Arranging {
  /** Lays out the selected nodes, or all of them, from left to right along the wires. */
  tidyUp(): Promise<void>
  align(how: Alignment): void
  distribute(axis: 'x' | 'y'): void
  /** Frames what is selected; returns the id of the group. */
  group(name: string): string | undefined
  ungroup(groups: Iterable<string>): void
  renameGroup(group: string, name: string): void
}

export function createArranging(core: FlowCore): Arranging {
  const move = (label: string, places: ReadonlyMap<string, Position>) =>
    core.transact(label, (draft) => {
      for (const [id, place] of places) draft.set('layout', id, snap(place))
    })
  return {
    async tidyUp() {
      const { selection, document } = core.store.getState()
      const all = selection.nodes.size < 2
      const ids = all ? new Set(document.nodes.keys()) : selection.nodes
      const { layOut } = await import('./lay-out.ts')
      const current = core.store.getState().document
      move(
        all ? 'Tidy up' : counted('Tidy up', ids.size, 'node'),
        layOut(current, core.catalog(), ids),
      )
    },
    align: (how) => void move('Align', aligned(selectedBoxes(core), how)),
    distribute: (axis) => void move('Distribute', distributed(selectedBoxes(core), axis)),
    group(name) {
      const { selection, document } = core.store.getState()
      if (selection.nodes.size === 0) return undefined
      const id = newNodeId('group', (taken) => document.groups.has(taken), core.surroundings.random)
      core.transact('Group', (draft) => {
        for (const other of draft.now.groups.values()) {
          const nodes = other.nodes.filter((node) => !selection.nodes.has(node))
          if (nodes.length === other.nodes.length) continue
          if (nodes.length === 0) draft.remove('groups', other.id)
          else draft.set('groups', other.id, { ...other, nodes })
        }
        draft.set('groups', id, { id, name, nodes: [...selection.nodes] })
      })
      return id
    },
    ungroup(groups) {
      core.transact('Ungroup', (draft) => {
        for (const id of groups) draft.remove('groups', id)
      })
    },
    renameGroup(id, name) {
      core.transact(
        'Rename group',
        (draft) => {
          const group = draft.now.groups.get(id)
          if (group !== undefined) draft.set('groups', id, { ...group, name })
        },
        { coalesce: `group ${id}` },
      )
    },
  }
}

interface Placed extends Box {
  readonly id: string
}

function selectedBoxes(core: FlowCore): readonly Placed[] {
  const { selection, document } = core.store.getState()
  return [...selection.nodes].flatMap((id) => {
    const [node, place] = [document.nodes.get(id), document.layout.get(id)]
    return node === undefined || place === undefined
      ? []
      : [{ id, ...place, ...sizeOf(core.catalog(), node) }]
  })
}

function aligned(boxes: readonly Placed[], how: Alignment): ReadonlyMap<string, Position> {
  const frame = around(boxes)
  if (frame === undefined) return new Map()
  const place = ({ x, y, width, height }: Box): Position => {
    if (how === 'left') return { x: frame.x, y }
    if (how === 'right') return { x: frame.x + frame.width - width, y }
    if (how === 'center') return { x: frame.x + (frame.width - width) / 2, y }
    if (how === 'top') return { x, y: frame.y }
    if (how === 'bottom') return { x, y: frame.y + frame.height - height }
    return { x, y: frame.y + (frame.height - height) / 2 }
  }
  return new Map(boxes.map((box) => [box.id, place(box)]))
}

function distributed(boxes: readonly Placed[], axis: 'x' | 'y'): ReadonlyMap<string, Position> {
  const side = axis === 'x' ? 'width' : 'height'
  const frame = around(boxes)
  if (frame === undefined || boxes.length < 3) return new Map()
  const sorted = boxes.toSorted((a, b) => a[axis] - b[axis])
  const filled = sorted.reduce((sum, box) => sum + box[side], 0)
  const gap = (frame[side] - filled) / (boxes.length - 1)
  const places = new Map<string, Position>()
  let at = frame[axis]
  for (const box of sorted) {
    places.set(box.id, { x: box.x, y: box.y, [axis]: at })
    at += box[side] + gap
  }
  return places
}
