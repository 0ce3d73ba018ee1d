import { NodeError } from '@millrace/sdk'
import type { WriteOutcome } from './write-outcome.ts'

export interface ServerAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
  /** What it says to be. */
  readonly version: string | undefined
}

/**
 * Reads the answer to a write. Only what is certain to be wrong with the points is refused:
 * anything that a person can mend at the server, such as rights, waits for it.
 */
export function readAnswer(answer: ServerAnswer, nowMs: number): WriteOutcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'written' }
  const text = errorText(answer)
  switch (status) {
    case 400:
    case 422:
      return refused(answer.body, text)
    case 401:
    case 403:
      return { kind: 'later', error: notAllowed(status, text) }
    case 404:
      return { kind: 'later', error: notFound(text) }
    case 413:
      return { kind: 'too-long', error: new NodeError('INFLUXDB_REFUSED', `Too long: ${text}`) }
    default:
      return later(answer, { text, nowMs })
  }
}

function later(
  { status, retryAfter }: ServerAnswer,
  { text, nowMs }: { text: string; nowMs: number },
): WriteOutcome {
  const isBusy = status === 429 || status === 503
  const error = new NodeError(
    isBusy ? 'INFLUXDB_BUSY' : 'INFLUXDB_FAILED',
    isBusy ? 'InfluxDB is busy.' : `InfluxDB answered with status ${status}: ${text}`,
  )
  const afterMs = retryAfterMs(retryAfter, nowMs)
  return { kind: 'later', error, ...(afterMs === undefined ? {} : { afterMs }) }
}

function refused(body: string, text: string): WriteOutcome {
  const error = new NodeError('INFLUXDB_REFUSED', `InfluxDB refused the point: ${text}`)
  const lines = refusedLines(body)
  return { kind: 'refused', error, ...(lines === undefined ? {} : { lines }) }
}

/** Version 3 lists the lines: `{ error, data: [{ line_number, error_message }] }`. */
function refusedLines(body: string): ReadonlyMap<number, string> | undefined {
  const data = parsed(body)['data']
  const rows: readonly unknown[] = Array.isArray(data) ? data : []
  const lines = new Map<number, string>()
  for (const row of rows) {
    if (typeof row !== 'object' || row === null) return undefined
    const number = 'line_number' in row ? row.line_number : undefined
    if (typeof number !== 'number') return undefined
    lines.set(number, 'error_message' in row ? String(row.error_message) : 'refused')
  }
  return lines.size === 0 ? undefined : lines
}

function errorText({ body, status }: ServerAnswer): string {
  const { error, message } = parsed(body)
  const text = typeof message === 'string' ? message : typeof error === 'string' ? error : body
  return text.trim().slice(0, 300) || `status ${status}`
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    // An object or a list, whose members are looked at one by one.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function notAllowed(status: number, text: string): NodeError {
  const what = status === 401 ? 'user name, password or token' : 'the rights of this user or token'
  return new NodeError(
    'INFLUXDB_NOT_AUTHORIZED',
    `InfluxDB does not let us write: check ${what}. ${text}`,
  )
}

function notFound(text: string): NodeError {
  return new NodeError(
    'INFLUXDB_NOT_FOUND',
    `InfluxDB does not know where to write: check address, version, and database or bucket. ${text}`,
  )
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(askedMaxMs, Math.max(0, waitMs))
}

const askedMaxMs = 300_000
