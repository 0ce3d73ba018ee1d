import type { PortReference, Wire } from '@millrace/flow'
import { hasPort, type Catalog } from './catalog.ts'
import { wireId, wiresOf, type FlowDocument, type WireIndex } from './document.ts'

/** Whether two ports can be joined; if not, why, in words for the person. */
export type Verdict =
  | { readonly isFine: true }
  | { readonly isFine: false; readonly reason: string }

const fine: Verdict = { isFine: true }
const refused = (reason: string): Verdict => ({ isFine: false, reason })

/** What `canConnect` looks at. */
export interface WiringContext {
  readonly document: FlowDocument
  readonly catalog: Catalog
  readonly wires: WireIndex
}

export function canConnect(
  context: WiringContext,
  from: PortReference,
  to: PortReference,
): Verdict {
  const { document, catalog } = context
  if (from.node === to.node) return refused('A node cannot be wired to itself.')
  if (!hasPort(catalog, document, { reference: from, side: 'output' }))
    return refused('There is no such output.')
  if (!hasPort(catalog, document, { reference: to, side: 'input' }))
    return refused('There is no such input.')
  if (document.wires.has(wireId({ from, to }))) return refused('These are wired already.')
  if (leadsTo(context, to.node, from.node))
    return refused('That would be a loop: a message would come back to where it was.')
  return fine
}

/** Whether a message that enters `start` can reach `goal`. */
export function leadsTo(
  { document, wires }: Pick<WiringContext, 'document' | 'wires'>,
  start: string,
  goal: string,
): boolean {
  const seen = new Set([start])
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === goal) return true
    for (const id of wiresOf(wires, node).outgoing) {
      const next = document.wires.get(id)?.to.node
      if (next === undefined || seen.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return false
}

/** The wires that close the gap when nodes are taken out: every way through them stays a way. */
export function healingWires(
  document: FlowDocument,
  wires: WireIndex,
  removed: ReadonlySet<string>,
): readonly Wire[] {
  const healed: Wire[] = []
  for (const wire of document.wires.values()) {
    if (removed.has(wire.from.node) || !removed.has(wire.to.node)) continue
    for (const to of waysOut(document, wires, { removed, node: wire.to.node }))
      healed.push({ from: wire.from, to })
  }
  return healed
}

function waysOut(
  document: FlowDocument,
  wires: WireIndex,
  { removed, node: start }: { readonly removed: ReadonlySet<string>; readonly node: string },
): readonly PortReference[] {
  const ends: PortReference[] = []
  const seen = new Set([start])
  const open = [start]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const id of wiresOf(wires, node).outgoing) {
      const wire = document.wires.get(id)
      // What goes wrong in a node does not go on to where its results went.
      if (wire === undefined || wire.from.port === 'error') continue
      if (!removed.has(wire.to.node)) ends.push(wire.to)
      else if (!seen.has(wire.to.node)) {
        seen.add(wire.to.node)
        open.push(wire.to.node)
      }
    }
  }
  return ends
}
