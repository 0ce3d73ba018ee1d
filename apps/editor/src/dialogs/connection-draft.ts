import type { ConnectionDocument } from '@millrace/flow'
import { jsonEqual } from '@millrace/flow'

/** A connection while it is edited. Nothing reaches the server before it is saved. */
export interface ConnectionDraft {
  readonly document: ConnectionDocument
  /** Secrets to be set, or cleared where null; by field. */
  readonly secrets: ReadonlyMap<string, string | null>
}

export function withConfig(draft: ConnectionDraft, field: string, value: unknown): ConnectionDraft {
  const { [field]: _before, ...rest } = draft.document.config
  const config = value === undefined ? rest : { ...rest, [field]: value }
  return { ...draft, document: { ...draft.document, config } }
}

export function withName(draft: ConnectionDraft, name: string): ConnectionDraft {
  return { ...draft, document: { ...draft.document, name } }
}

/** `undefined` leaves the secret as the server has it. */
export function withSecret(
  draft: ConnectionDraft,
  field: string,
  text: string | null | undefined,
): ConnectionDraft {
  const secrets = new Map(draft.secrets)
  if (text === undefined || text === '') secrets.delete(field)
  else secrets.set(field, text)
  return { ...draft, secrets }
}

export function isChanged(draft: ConnectionDraft, saved: ConnectionDocument | undefined): boolean {
  return saved === undefined || draft.secrets.size > 0 || !jsonEqual(draft.document, saved)
}
