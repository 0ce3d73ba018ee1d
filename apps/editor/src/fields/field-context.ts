import { createContext, useContext } from 'react'
import type { Message } from '@millrace/sdk'
import type { Problem } from '@millrace/flow'
import type { Offers } from '@millrace/sdk/descriptor'

/** What the widgets of one form share. */
export interface FieldSurroundings {
  /** Whose fields these are: `connection/<id>` or `flow/<name>/<node>`; secrets are kept under it. */
  readonly owner: string
  /** Those to be told. */
  readonly problems: readonly Problem[]
  /** Told of the fields where a person is, by `FieldScope`. */
  readonly visit?: Visit
  /** The newest messages that reached the node, newest first; for completion and preview. */
  samples(): readonly Message[]
  /** Places of messages that the flow's settings name; for completion before a message was seen. */
  used?(): readonly string[]
  /** Names that a connection of the node has, such as topics. */
  offered?(offers: Offers): Promise<readonly string[]>
  /** Ends a stretch of typing. */
  settle(): void
  /** Where secrets wait until all is saved; without it they are stored at once. */
  readonly draftSecrets?: DraftSecrets
}

export interface Visit {
  arrive(field: string): void
  depart(field: string): void
}

export interface DraftSecrets {
  /** Undefined where nothing waits, null where the secret is to be cleared. */
  of(field: string): string | null | undefined
  set(field: string, text: string | null | undefined): void
}

export const FieldContext = createContext<FieldSurroundings | undefined>(undefined)

export function useFieldSurroundings(): FieldSurroundings {
  const found = useContext(FieldContext)
  if (found === undefined) throw new Error('a field stands outside a form')
  return found
}

/** What is wrong with a field, of the problems whose path is the field's own. */
export function useProblem(path: string): Problem | undefined {
  return useFieldSurroundings().problems.find(({ field }) => field === path)
}
