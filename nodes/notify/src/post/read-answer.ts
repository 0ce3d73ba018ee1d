import { NodeError } from '@millrace/sdk'
import { retryAfterMs } from '@millrace/web'
import type { Outcome } from '../policy/outcome.ts'

/** What a receiver told. */
export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface AnswerReader {
  /** For sentences, such as `Slack`. */
  readonly name: string
  /** What to do about an address or key that is not accepted. */
  readonly refusedHint: string
  readonly nowMs: number
}

/**
 * Reads the answer to a message. Only what is certain to be wrong with the message is refused;
 * what a person can mend, such as an address that is gone, waits for it.
 */
export function readAnswer(answer: Told, { name, refusedHint, nowMs }: AnswerReader): Outcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const said = wordsOf(answer)
  if (status === 413) {
    const error = new NodeError('NOTIFY_TOO_LONG', `${name} takes no message that long.`)
    return { kind: 'too-long', error }
  }
  if (status === 429 || status === 503) return busy(answer, { name, nowMs })
  if (status === 401 || status === 403 || status === 404 || status === 410) {
    const text = `${name} refuses the address or key (${status}${said}). ${refusedHint}`
    return { kind: 'later', error: new NodeError('NOTIFY_NOT_ACCEPTED', text) }
  }
  if (status >= 300 && status < 400) {
    const text = `${name} sends us elsewhere (${status}): give the address that it leads to.`
    return { kind: 'later', error: new NodeError('NOTIFY_REDIRECTED', text) }
  }
  if (status >= 400 && status < 500 && status !== 408 && status !== 425) {
    const text = `${name} does not take this message (${status}${said}).`
    return { kind: 'refused', error: new NodeError('NOTIFY_REFUSED', text) }
  }
  const text = `${name} failed (${status}${said}). It is tried again.`
  return { kind: 'later', error: new NodeError('NOTIFY_FAILED', text) }
}

function busy(answer: Told, { name, nowMs }: { name: string; nowMs: number }): Outcome {
  const afterMs = waitMs(answer, nowMs)
  const wait = afterMs === undefined ? '' : ` for ${Math.ceil(afterMs / 1000)} s`
  const text =
    answer.status === 429
      ? `${name} gets too many messages and asks us to wait${wait}.`
      : `${name} is not available${wait}.`
  const error = new NodeError('NOTIFY_BUSY', text)
  return { kind: 'later', error, ...(afterMs === undefined ? {} : { afterMs }) }
}

/** Discord says it with fractions, and in the body too. */
function waitMs({ headers, body }: Told, nowMs: number): number | undefined {
  const given = headers['retry-after']
  const seconds = /^\d+\.\d+$/.test(given ?? '') ? Number(given) : secondsIn(body)
  if (seconds === undefined) return retryAfterMs(given, nowMs)
  return Math.min(askedMaxMs, Math.max(0, Math.ceil(seconds * 1000)))
}

const askedMaxMs = 300_000

function secondsIn(body: string): number | undefined {
  const seconds = parsed(body)['retry_after']
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined
}

/** What the receiver says of it, with a colon before it. */
function wordsOf({ body }: Told): string {
  const { message, error, errors } = parsed(body)
  const said = [message, error, Array.isArray(errors) ? errors.join('; ') : undefined]
    .map((part) => (typeof part === 'object' && part !== null ? JSON.stringify(part) : part))
    .find((part) => typeof part === 'string' && part !== '')
  const text = typeof said === 'string' ? said : body.startsWith('<') ? '' : body
  const trimmed = text.trim().replaceAll(/\s+/g, ' ').slice(0, saidMax)
  return trimmed === '' ? '' : `: ${trimmed}`
}

const saidMax = 100

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    // An object or a list, whose members are looked at one by one.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
