import { createHmac } from 'node:crypto'
import type { HttpRequest } from '@millrace/sdk'
import { isSameText } from '@millrace/web'

export interface SignatureRule {
  readonly hmacSecret: string | undefined
  readonly signatureHeader: string
  /** Empty where the signature is of the body alone. */
  readonly timestampHeader: string
}

/** How far the clock of the sender may be from ours. */
const ageMaxMs = 300_000

/**
 * What is wrong with the signature of a request, or nothing. Grafana signs the body, or
 * `timestamp:body` where a header for the timestamp is set, by HMAC-SHA256 in hex.
 */
export function signatureProblem(
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  rule: SignatureRule,
  nowMs: number,
): string | undefined {
  const { hmacSecret = '', signatureHeader, timestampHeader } = rule
  const given = headers[signatureHeader.toLowerCase()]
  if (given === undefined) return `The header ${signatureHeader} is missing.`
  const hmac = createHmac('sha256', hmacSecret)
  if (timestampHeader !== '') {
    const timestamp = headers[timestampHeader.toLowerCase()]
    if (timestamp === undefined) return `The header ${timestampHeader} is missing.`
    const ageMs = Math.abs(nowMs - Number(timestamp) * 1000)
    if (!(ageMs <= ageMaxMs)) return 'The request was signed more than five minutes ago.'
    hmac.update(`${timestamp}:`)
  }
  const wanted = hmac.update(body).digest('hex')
  const isRight = hmacSecret !== '' && isSameText(given.trim().toLowerCase(), wanted)
  return isRight ? undefined : 'The signature is wrong.'
}
