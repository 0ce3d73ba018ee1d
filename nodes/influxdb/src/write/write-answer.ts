/** What a server said to a batch of points. */
export type WriteAnswer =
  | { readonly outcome: 'written' }
  /** Not now: unreachable, busy, failing, or not let in. The same points are to be tried again. */
  | { readonly outcome: 'later'; readonly reason: string; readonly afterMs?: number }
  /** Some points are bad; the others may have been written. */
  | {
      readonly outcome: 'refused'
      readonly reason: string
      /** The bad ones by their place in the batch, from 0, where the server says it. */
      readonly lines?: ReadonlyMap<number, string>
      /** All others have been written. */
      readonly isRestWritten?: boolean
    }
  /** The batch is too long for the server. */
  | { readonly outcome: 'too long' }

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Reads the answer of a write endpoint of InfluxDB 1, 2 or 3. */
export function writeAnswer({ status, headers, body }: HttpAnswer): WriteAnswer {
  if (status >= 200 && status < 300) return { outcome: 'written' }
  if (status === 413) return { outcome: 'too long' }
  const reason = reasonIn(body) ?? `HTTP ${status}`
  if (status === 400 || status === 422) return refusal(reason, body)
  const afterMs = retryAfterMs(headers['retry-after'])
  return {
    outcome: 'later',
    reason: sentenceFor(status, reason),
    ...(afterMs === undefined ? {} : { afterMs }),
  }
}

function refusal(reason: string, body: string): WriteAnswer {
  const lines = badLinesIn(body)
  return lines === undefined
    ? { outcome: 'refused', reason }
    : { outcome: 'refused', reason, lines, isRestWritten: true }
}

/** Version 3: `{ error, data: [{ line_number, error_message }] }`, lines counted from 1. */
function badLinesIn(body: string): ReadonlyMap<number, string> | undefined {
  const parsed = parseJson(body)
  const data = isRecord(parsed) ? parsed['data'] : undefined
  const rows: readonly unknown[] = Array.isArray(data) ? data : isRecord(data) ? [data] : []
  const lines = new Map<number, string>()
  for (const row of rows) {
    if (!isRecord(row) || typeof row['line_number'] !== 'number') return undefined
    const text = row['error_message']
    lines.set(row['line_number'] - 1, typeof text === 'string' ? text : 'refused')
  }
  return lines.size === 0 ? undefined : lines
}

/** Versions 1 and 3 say `error`, version 2 says `message`. */
function reasonIn(body: string): string | undefined {
  const parsed = parseJson(body)
  if (!isRecord(parsed)) return body.trim() === '' ? undefined : body.trim().slice(0, 300)
  const said = parsed['message'] ?? parsed['error']
  return typeof said === 'string' ? said.slice(0, 300) : undefined
}

function sentenceFor(status: number, reason: string): string {
  if (status === 401) return `The server does not know this user or token (${reason}).`
  if (status === 403) return `This user or token may not write there (${reason}).`
  if (status === 404) return `The server has no such database or bucket (${reason}).`
  if (status === 429) return 'The server is busy and asks to wait.'
  return `The server failed (${status}: ${reason}).`
}

/** Seconds or a date, of which only the seconds are used: the server's clock is not ours. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d+(\.\d+)?$/.test(header)) return undefined
  return Math.min(Number(header) * 1000, longestWaitMs)
}

const longestWaitMs = 300_000

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
