import type { Position } from '@millrace/flow'
import type { DocumentDraft } from './change.ts'
import { wiresOf } from './document.ts'
import type { FlowCore } from './flow-core.ts'
import { measures, overlaps, sizeOf, snap, type Box, type Size } from './geometry.ts'

/** A place for a new card: to the right of `after`, or of what is selected, where nothing is yet. */
export function freePlace(
  core: FlowCore,
  { type, after }: { readonly type: string; readonly after?: string | undefined },
): Position {
  const { document, selection, focus } = core.store.getState()
  const [selected] = selection.nodes
  const beside = after ?? selected ?? focus
  const size = sizeOf(core.catalog(), { id: '', type, config: {} })
  const place = beside === undefined ? undefined : document.layout.get(beside)
  if (beside === undefined || place === undefined) return clear(core, size, belowAll(core))
  const node = document.nodes.get(beside)
  const width = node === undefined ? measures.cardWidth : sizeOf(core.catalog(), node).width
  return clear(core, size, { x: place.x + width + measures.columnGap, y: place.y })
}

/** The place itself, or the first one below it where the card covers no other. */
export function placeAside(core: FlowCore, type: string, place: Position): Position {
  return clear(core, sizeOf(core.catalog(), { id: '', type, config: {} }), place)
}

function belowAll(core: FlowCore): Position {
  const boxes = cards(core)
  if (boxes.length === 0) return { x: 80, y: 80 }
  const left = Math.min(...boxes.map(({ x }) => x))
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height))
  return { x: left, y: bottom + measures.rowGap }
}

/** The first place from `start` downwards where a card of that size covers no other. */
function clear(core: FlowCore, size: Size, start: Position): Position {
  const boxes = cards(core)
  const margin = measures.grid
  const place = { ...snap(start) }
  for (let tries = 0; tries <= boxes.length; tries++) {
    const wanted = {
      x: place.x - margin,
      y: place.y - margin,
      width: size.width + 2 * margin,
      height: size.height + 2 * margin,
    }
    const hit = boxes.find((box) => overlaps(box, wanted))
    if (hit === undefined) break
    place.y = snap({ x: 0, y: hit.y + hit.height + measures.rowGap }).y
  }
  return place
}

function cards(core: FlowCore): readonly Box[] {
  const { document } = core.store.getState()
  return [...document.nodes.values()].flatMap((node) => {
    const place = document.layout.get(node.id)
    return place === undefined ? [] : [{ ...place, ...sizeOf(core.catalog(), node) }]
  })
}

/** Shoves what comes after a spliced node to the right, as far as the node needs. */
export function makeRoom(
  core: FlowCore,
  draft: DocumentDraft,
  { node: id, to }: { readonly node: string; readonly to: string },
): void {
  const { layout, nodes, wires } = draft.now
  const [place, target] = [layout.get(id), layout.get(to)]
  const node = nodes.get(id)
  if (place === undefined || target === undefined || node === undefined) return
  const end = place.x + sizeOf(core.catalog(), node).width + measures.columnGap / 2
  const isBeside =
    target.y < place.y + 2 * measures.cardHeight && target.y > place.y - 2 * measures.cardHeight
  const missing = end - target.x
  if (missing <= 0 || missing > measures.cardWidth + measures.columnGap || !isBeside) return
  const shift = Math.ceil(missing / measures.grid) * measures.grid
  for (const moved of downstreamOf(core, to)) {
    const at = layout.get(moved)
    if (at !== undefined && moved !== id && wires.size > 0 && at.x >= place.x)
      draft.set('layout', moved, { x: at.x + shift, y: at.y })
  }
}

function downstreamOf(core: FlowCore, start: string): ReadonlySet<string> {
  const { document } = core.store.getState()
  const seen = new Set([start])
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const id of wiresOf(core.wires(), node).outgoing) {
      const next = document.wires.get(id)?.to.node
      if (next === undefined || seen.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return seen
}
