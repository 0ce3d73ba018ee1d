import type { FlowNode, PortReference, Position } from '@millrace/flow'
import { hasPort, mainPort, type Side } from '../catalog.ts'
import type { DocumentDraft } from '../change.ts'
import type { FlowCore } from '../flow-core.ts'
import { measures, sizeOf, snap } from '../geometry.ts'
import { newNodeId } from '../node-id.ts'
import { freePlace, placeAside } from '../placing.ts'
import { addWire } from './add-wire.ts'
import { spliceInto } from './splicing.ts'

export interface AddOptions {
  /** Upper left corner of the card; beside what is selected when absent. */
  readonly position?: Position
  /** Goes below what stands at the position already. */
  readonly isAsideOfOthers?: boolean
  /** A port of another node to wire the new one to: an output to its input, or the other way. */
  readonly wireFrom?: PortReference
  readonly wireTo?: PortReference
  /** A wire to put the new node into. */
  readonly onWire?: string
  readonly config?: Readonly<Record<string, unknown>>
  readonly name?: string
}

export function addNode(core: FlowCore, type: string, options: AddOptions): string {
  const { document } = core.store.getState()
  const id = newNodeId(type, (taken) => document.nodes.has(taken), core.surroundings.random)
  const title = core.catalog().descriptors.get(type)?.title ?? type
  const { name, config = {}, onWire, wireFrom, wireTo } = options
  const node: FlowNode = { id, type, ...(name === undefined ? {} : { name }), config }
  const place = placeFor(core, type, options)
  core.transact(
    `Add ${title}`,
    (draft) => {
      draft.set('nodes', id, node)
      draft.set('layout', id, snap(besideWire(core, draft, { place, wire: onWire })))
      const input = mainPort(core.catalog(), node, 'input')
      const output = mainPort(core.catalog(), node, 'output')
      if (onWire !== undefined) spliceInto(core, draft, id, onWire)
      const isThere = (reference: PortReference, side: Side) =>
        hasPort(core.catalog(), draft.now, { reference, side })
      if (wireFrom !== undefined && input !== undefined && isThere(wireFrom, 'output'))
        addWire(draft, { from: wireFrom, to: input })
      if (wireTo !== undefined && output !== undefined && isThere(wireTo, 'input'))
        addWire(draft, { from: output, to: wireTo })
    },
    { select: { nodes: new Set([id]) } },
  )
  core.store.setState({ focus: id })
  return id
}

function placeFor(core: FlowCore, type: string, options: AddOptions): Position {
  const { position, isAsideOfOthers, wireFrom } = options
  if (position === undefined) return freePlace(core, { type, after: wireFrom?.node })
  return isAsideOfOthers === true ? placeAside(core, type, position) : position
}

/** A node that is put into a wire does not cover the one that the wire comes from. */
function besideWire(
  core: FlowCore,
  draft: DocumentDraft,
  { place, wire }: { readonly place: Position; readonly wire: string | undefined },
): Position {
  const from = wire === undefined ? undefined : draft.now.wires.get(wire)?.from.node
  const [node, corner] = [draft.now.nodes.get(from ?? ''), draft.now.layout.get(from ?? '')]
  if (node === undefined || corner === undefined) return place
  const { width, height } = sizeOf(core.catalog(), node)
  const isLevel = Math.abs(place.y - corner.y) < height + measures.rowGap
  const least = corner.x + width + measures.columnGap / 2
  return isLevel ? { x: Math.max(place.x, least), y: place.y } : place
}
