import type { Wire } from '@millrace/flow'
import type { DocumentDraft } from '../change.ts'
import { wireId } from '../document.ts'

export function addWire(draft: DocumentDraft, wire: Wire): void {
  draft.set('wires', wireId(wire), wire)
}
