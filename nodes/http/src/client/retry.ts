import { toOperatingError } from '@millrace/sdk'

/** How one attempt ended, as far as trying again is concerned. */
export type Attempt =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly error: unknown }

export interface RetryRule {
  /** Further attempts after the first. */
  readonly retries: number
  readonly method: string
  /** Also what might then take effect twice. */
  readonly isRetriedUnsafely: boolean
}

/** Milliseconds until the next attempt, or `undefined` when there should be none. */
export function retryDelayMs(
  attempt: Attempt,
  made: number,
  { rule, nowMs, chance }: { rule: RetryRule; nowMs: number; chance: number },
): number | undefined {
  if (made > rule.retries || !isRetriable(attempt, rule)) return undefined
  const asked = 'status' in attempt ? retryAfterMs(attempt.retryAfter, nowMs) : undefined
  if (asked !== undefined) return Math.min(asked, askedMaxMs)
  const full = Math.min(delayMaxMs, firstDelayMs * 2 ** (made - 1))
  return Math.round(full * (0.5 + chance / 2))
}

const firstDelayMs = 500
const delayMaxMs = 30_000
const askedMaxMs = 300_000

function isRetriable(attempt: Attempt, { method, isRetriedUnsafely }: RetryRule): boolean {
  const isSafe = isRetriedUnsafely || (method !== 'POST' && method !== 'PATCH')
  if ('status' in attempt) {
    const { status } = attempt
    // With these two the server says that it has not done anything.
    if (status === 429 || status === 503) return true
    return isSafe && (status === 408 || status === 425 || status >= 500)
  }
  const { code } = toOperatingError(attempt.error)
  if (finalCodes.has(code)) return false
  return isSafe || unsentCodes.has(code)
}

/** Another attempt would end in the same way. */
const finalCodes = new Set([
  'HTTP_ADDRESS_REFUSED',
  'HTTP_BAD_URL',
  'HTTP_CLOSED',
  'HTTP_REDIRECTS',
  'HTTP_REDIRECT_UNENCRYPTED',
  'HTTP_RESPONSE_TOO_LONG',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_UNESCAPED_CHARACTERS',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** The request never reached the server. */
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
