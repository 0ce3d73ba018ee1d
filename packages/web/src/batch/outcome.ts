import type { NodeError } from '@millrace/sdk'

/** What a server made of a batch. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** Nothing is known to be taken in; the same may be sent again later. */
  | { readonly kind: 'later'; readonly error: NodeError; readonly afterMs?: number | undefined }
  /** Too much at once. */
  | { readonly kind: 'too-long'; readonly error: NodeError }
  /** Something is wrong with some of it, and sending that again would change nothing. */
  | {
      readonly kind: 'refused'
      readonly error: NodeError
      /** By place in the batch; the others were taken in. Absent when the server did not say. */
      readonly items?: ReadonlyMap<number, NodeError>
    }
