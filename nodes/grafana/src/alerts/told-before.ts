import { createHash } from 'node:crypto'
import type { KeyedState } from '@millrace/sdk'
import type { Alert } from './read-alerts.ts'

/** So many alerts are known again; of more, the oldest are forgotten. */
const knownMax = 20_000

/** Which alerts were told of before: by fingerprint, start and status. */
export function toldBefore(known: KeyedState<string>): (alert: Alert) => boolean {
  return ({ fingerprint: given, startsAt, status }) => {
    const fingerprint = shortened(given)
    const state = `${startsAt} ${status}`
    const before = known.get(fingerprint)
    if (before === state) return true
    // The newest stand last.
    known.delete(fingerprint)
    known.set(fingerprint, state)
    for (const oldest of known.keys()) {
      if (known.size <= knownMax) break
      known.delete(oldest)
    }
    return false
  }
}

/** Fingerprints have 16 characters; whoever sends longer ones must not fill the state with them. */
function shortened(fingerprint: string): string {
  if (fingerprint.length <= 64) return fingerprint
  return createHash('sha256').update(fingerprint).digest('base64url')
}
