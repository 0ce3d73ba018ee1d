import type { PortReference } from '@millrace/flow'
import { wireId } from '../document.ts'
import type { FlowCore } from '../flow-core.ts'
import { canConnect, type Verdict, type WiringContext } from '../wiring.ts'
import { addWire } from './add-wire.ts'
import { called } from './labels.ts'

export interface Connecting {
  canConnect(from: PortReference, to: PortReference): Verdict
  /** Wires two ports; tells the person why not when they do not fit. */
  connect(from: PortReference, to: PortReference): boolean
  /** Takes a wire to another port with one of its ends. */
  rewire(wire: string, end: NewEnd): boolean
}

export type NewEnd = { readonly from: PortReference } | { readonly to: PortReference }

export function createConnecting(core: FlowCore): Connecting {
  const isFine = (verdict: Verdict): boolean => {
    if (!verdict.isFine) core.surroundings.notify({ kind: 'warning', text: verdict.reason })
    return verdict.isFine
  }
  return {
    canConnect: (from, to) => canConnect(contextOf(core), from, to),
    connect(from, to) {
      if (!isFine(canConnect(contextOf(core), from, to))) return false
      const label = `Wire ${called(core, from.node)} to ${called(core, to.node)}`
      return core.transact(label, (draft) => addWire(draft, { from, to }))
    },
    rewire(id, end) {
      const context = contextOf(core)
      const wire = context.document.wires.get(id)
      if (wire === undefined) return false
      const wanted = { ...wire, ...end }
      if (wireId(wanted) === id) return false
      if (!isFine(canConnect(without(context, id), wanted.from, wanted.to))) return false
      return core.transact('Move a wire', (draft) => {
        draft.remove('wires', id)
        addWire(draft, wanted)
      })
    },
  }
}

function contextOf(core: FlowCore): WiringContext {
  const { document } = core.store.getState()
  return { document, catalog: core.catalog(), wires: core.wires() }
}

function without(context: WiringContext, wire: string): WiringContext {
  const wires = new Map(context.document.wires)
  wires.delete(wire)
  return { ...context, document: { ...context.document, wires } }
}
