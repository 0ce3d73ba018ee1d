import type { NodeError } from '@millrace/sdk'

/** What a server made of a batch of lines. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  /** Nothing is known to be written; the same lines may be sent again later. */
  | { readonly kind: 'later'; readonly error: NodeError; readonly afterMs?: number }
  /** Too much at once. */
  | { readonly kind: 'too-long'; readonly error: NodeError }
  /** Something is wrong with some lines. */
  | {
      readonly kind: 'refused'
      readonly error: NodeError
      /** By number of the line, from 1; the others are written. Absent when it did not say. */
      readonly lines?: ReadonlyMap<number, string>
    }
