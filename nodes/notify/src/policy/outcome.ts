import type { NodeError } from '@millrace/sdk'

/** What a receiver made of a message. */
export type Outcome =
  | { readonly kind: 'sent'; readonly warning?: string }
  /** It may have it later: what is wrong passes, or a person can mend it. */
  | { readonly kind: 'later'; readonly error: NodeError; readonly afterMs?: number }
  /** It will never have it. */
  | { readonly kind: 'refused'; readonly error: NodeError }
  | { readonly kind: 'too-long'; readonly error: NodeError }

/** How long to wait after so many failures in a row: 1 s to 60 s, spread by chance (0 to 1). */
export function retryDelayMs(failures: number, chance: number): number {
  const full = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(full * (0.5 + chance / 2))
}

const shortestMs = 1000
const longestMs = 60_000
