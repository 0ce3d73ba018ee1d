import { createHmac, timingSafeEqual } from 'node:crypto'
import { NodeError } from '@millrace/sdk'
import type { HttpRequest } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { httpInDescriptor } from '../descriptor.ts'
import { signatureStyles } from './signature-styles.ts'
import type { SignatureStyle } from './signature-styles.ts'

export interface SignatureRule {
  readonly style: SignatureStyle
  /** Any of them may have signed, so that a secret can be changed without a gap. */
  readonly keys: readonly Uint8Array[]
  /** How far the time of the sender may be from ours. */
  readonly toleranceMs: number
}

export function signatureRuleOf(config: ConfigOf<typeof httpInDescriptor>): SignatureRule {
  const style = config.signedBy === 'custom' ? ownStyle(config) : signatureStyles[config.signedBy]
  const secrets = [config.signatureSecret, config.signatureSecretBefore].filter(isSet)
  if (secrets.length === 0) {
    throw new NodeError('HTTP_SECRET_MISSING', 'Set the secret with which senders sign.')
  }
  const keys = secrets.map((secret) => keyOf(secret, style))
  return { style, keys, toleranceMs: config.signatureToleranceMs }
}

function ownStyle(config: ConfigOf<typeof httpInDescriptor>): SignatureStyle {
  const { signatureHeader, signatureAlgorithm, signatureEncoding, signaturePrefix } = config
  const { signedText, timestampHeader } = config
  if (!signedText.includes('{body}')) {
    throw new NodeError('HTTP_SIGNED_TEXT', 'What is signed must have {body} in it.')
  }
  if (signedText.includes('{timestamp}') && !isSet(timestampHeader)) {
    throw new NodeError('HTTP_SIGNED_TEXT', 'Name the header of the time that is signed.')
  }
  return {
    header: signatureHeader.toLowerCase(),
    algorithm: signatureAlgorithm,
    encoding: signatureEncoding,
    prefix: signaturePrefix,
    signed: signedText,
    ...(isSet(timestampHeader) ? { timestampHeader: timestampHeader.toLowerCase() } : {}),
  }
}

function keyOf(secret: string, { secretPrefix }: SignatureStyle): Uint8Array {
  if (secretPrefix === undefined) return Buffer.from(secret)
  const text = secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret
  const key = Buffer.from(text, 'base64')
  if (key.length >= keyBytesMin) return key
  const why = 'The secret is not in base64, as this sender writes it.'
  throw new NodeError('HTTP_SECRET_WRONG', why)
}

/** What is no base64 would be no key at all, and with that anybody could sign. */
const keyBytesMin = 8

/** `undefined` when it is right. */
export function whySignatureIsWrong(
  request: HttpRequest,
  { style, keys, toleranceMs }: SignatureRule,
  nowMs: number,
): string | undefined {
  const { headers, body } = request
  const value = headers[style.header]
  if (value === undefined) return `The header ${style.header} is missing.`
  const parts = style.separator === undefined ? [value] : value.split(style.separator)
  const timestamp = timestampOf(headers, parts, style)
  if (timestamp === undefined) return 'The time of the signature is missing.'
  const given = parts
    .map((part) => part.trim())
    .filter((part) => part.startsWith(style.prefix))
    .map((part) => Buffer.from(part.slice(style.prefix.length), style.encoding))
  const id = style.idHeader === undefined ? '' : (headers[style.idHeader] ?? '')
  const filled = { timestamp, id, body }
  const isRight = keys.some((key) => {
    const expected = sign(style, key, filled)
    return given.some((each) => each.length === expected.length && timingSafeEqual(each, expected))
  })
  if (!isRight) return `The signature in ${style.header} does not fit the body and the secret.`
  // Only a time that was signed says anything.
  if (!style.signed.includes('{timestamp}')) return undefined
  const isFresh = Math.abs(timeOf(timestamp) - nowMs) <= toleranceMs
  return isFresh ? undefined : 'The time of the signature is too far from ours.'
}

function timestampOf(
  headers: HttpRequest['headers'],
  parts: readonly string[],
  { timestampHeader, timestampPrefix, signed }: SignatureStyle,
): string | undefined {
  if (timestampHeader !== undefined && signed.includes('{timestamp}')) {
    return headers[timestampHeader]
  }
  if (timestampPrefix === undefined) return ''
  const part = parts.find((each) => each.trim().startsWith(timestampPrefix))
  return part?.trim().slice(timestampPrefix.length)
}

interface Filled {
  readonly timestamp: string
  readonly id: string
  readonly body: Uint8Array
}

/** The body goes in as its bytes: it need not be text. */
function sign({ algorithm, signed }: SignatureStyle, key: Uint8Array, filled: Filled): Buffer {
  const hmac = createHmac(algorithm, key)
  for (const piece of signed.split(/(\{body\}|\{timestamp\}|\{id\})/)) {
    if (piece === '{body}') hmac.update(filled.body)
    else if (piece === '{timestamp}') hmac.update(filled.timestamp)
    else if (piece === '{id}') hmac.update(filled.id)
    else hmac.update(piece)
  }
  return hmac.digest()
}

/** Seconds or milliseconds since the epoch, or a date; no number when it is none of them. */
function timeOf(text: string): number {
  if (!/^\d+$/.test(text)) return Date.parse(text)
  const number = Number(text)
  return number < secondsMax ? number * 1000 : number
}

/** In seconds the year 5138, in milliseconds 1973. */
const secondsMax = 100_000_000_000

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}
