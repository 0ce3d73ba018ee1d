import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import {
  checkConnectionDocument,
  connectionOwner,
  secretKey,
  type ConnectionDocument,
  type Problem,
} from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { Editor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { isChanged, type ConnectionDraft } from './connection-draft.ts'

/** An existing connection, or a new one of a type; `assign` takes the id once it is saved. */
export type ConnectionSubject =
  | { readonly id: string }
  | { readonly type: string; readonly assign: ((id: string) => void) | undefined }

export interface EditedConnection {
  readonly draft: ConnectionDraft
  /** As the server has it; undefined before the first saving. */
  readonly saved: ConnectionDocument | undefined
  readonly descriptor: Descriptor | undefined
  readonly problems: readonly Problem[]
  readonly isDirty: boolean
  readonly isWrong: boolean
  readonly isBusy: boolean
  /** Why it was not saved. */
  readonly error: string | undefined
  change(draft: ConnectionDraft): void
  /** Whether it is saved now. */
  save(): Promise<boolean>
}

export function useConnectionDraft(subject: ConnectionSubject): EditedConnection {
  const { editor } = useWorkbench()
  const { descriptors } = useStore(editor.catalog)
  const { documents, secrets } = useStore(editor.connections.store)
  const [draft, setDraft] = useState(() => firstDraft(editor, subject))
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { id, type } = draft.document
  const saved = documents.get(id)
  const descriptor = descriptors.get(type)
  const problems = useMemo(
    () =>
      checkConnectionDocument(draft.document, descriptor, {
        connections: documents,
        secretsSet: secretsWith(secrets, draft),
      }),
    [draft, descriptor, documents, secrets],
  )
  const isDirty = isChanged(draft, saved)
  const save = async (): Promise<boolean> => {
    if (!isDirty) return true
    setBusy(true)
    setError(undefined)
    try {
      await store(editor, draft)
      setDraft({ ...draft, secrets: new Map() })
      if ('type' in subject && saved === undefined) subject.assign?.(id)
      return true
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause))
      return false
    } finally {
      setBusy(false)
    }
  }
  const isWrong =
    draft.document.name.trim() === '' || problems.some(({ severity }) => severity === 'error')
  const change = setDraft
  return { draft, saved, descriptor, problems, isDirty, isWrong, isBusy, error, change, save }
}

function firstDraft(editor: Editor, subject: ConnectionSubject): ConnectionDraft {
  const { documents } = editor.connections.store.getState()
  const existing = 'id' in subject ? documents.get(subject.id) : undefined
  const secrets = new Map<string, string | null>()
  if (existing !== undefined) return { document: existing, secrets }
  const type = 'type' in subject ? subject.type : ''
  const base = editor.catalog.getState().descriptors.get(type)?.title ?? type
  const names = new Set([...documents.values()].map(({ name }) => name))
  let name = base
  for (let number = 2; names.has(name); number += 1) name = `${base} ${number}`
  return { document: { id: editor.connections.newId(type), type, name, config: {} }, secrets }
}

/** The document first: a secret needs somebody to belong to. */
async function store({ connections }: Editor, { document, secrets }: ConnectionDraft) {
  await connections.save(document)
  const owner = connectionOwner(document.id)
  for (const [field, text] of secrets) {
    if (text === null) await connections.removeSecret(owner, field)
    else await connections.setSecret(owner, field, text)
  }
}

/** What will be set once the draft is saved. */
function secretsWith(
  secrets: readonly { readonly owner: string; readonly field: string }[],
  draft: ConnectionDraft,
): ReadonlySet<string> {
  const owner = connectionOwner(draft.document.id)
  const set = new Set(secrets.map((secret) => secretKey(secret.owner, secret.field)))
  for (const [field, text] of draft.secrets) {
    if (text === null) set.delete(secretKey(owner, field))
    else set.add(secretKey(owner, field))
  }
  return set
}
