import type { HttpResponse } from '@millrace/sdk'

/**
 * Whose words a request is answered in: InfluxDB 1, 2 or 3, or those of nobody for Telegraf's plain
 * HTTP output.
 */
export type Dialect = '1' | '2' | '3' | 'http'

/** What became of a write. */
export interface Verdict {
  /** The first of the lines that were left out. */
  readonly bad: readonly BadLine[]
  /** How many were left out. */
  readonly badCount: number
  /** Points that were taken in. */
  readonly taken: number
}

export interface BadLine {
  readonly line: number
  /** The line itself, cut. */
  readonly text: string
  readonly why: string
  /** Whether the line can be read and only does not fit what came before. */
  readonly isConflict: boolean
}

/** The answer to a write once its good lines are safe. */
export function answerTo(dialect: Dialect, verdict: Verdict): HttpResponse {
  const [first] = verdict.bad
  if (first === undefined) return { status: 204, headers: versionHeaders }
  if (dialect === '3') return partialOfThree(verdict)
  const text = sentenceOf(first, verdict)
  if (dialect !== '2') return refusal(dialect, 400, text)
  return refusal(dialect, first.isConflict ? 422 : 400, text)
}

/** As InfluxDB 1 has it, so that senders recognise it: "partial write: … dropped=2". */
function sentenceOf(
  { line, text, why, isConflict }: BadLine,
  { badCount, taken }: Verdict,
): string {
  const what = isConflict
    ? `field type conflict: line ${line}: ${why}`
    : `unable to parse '${text}': line ${line}: ${why}`
  return `${taken > 0 || isConflict ? 'partial write: ' : ''}${what} dropped=${badCount}`
}

function partialOfThree({ bad }: Verdict): HttpResponse {
  const data = bad.slice(0, badNamedMax).map(({ line, text, why }) => {
    return { original_line: text, line_number: line, error_message: why }
  })
  return json(400, { error: 'partial write of line protocol occurred', data })
}

/** So many of the lines that are left out are named. */
export const badNamedMax = 100

/** Why nothing of a request was taken in. */
export function refusal(dialect: Dialect, status: number, text: string): HttpResponse {
  const answer =
    dialect === '2'
      ? json(status, { code: codes.get(status) ?? 'internal error', message: text })
      : json(status, { error: text })
  const headers: Record<string, string> = { ...answer.headers }
  // oxlint-disable-next-line no-control-regex -- what headers cannot carry
  headers['x-influxdb-error'] = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500)
  if (status === 503) headers['retry-after'] = '1'
  if (status === 401) headers['www-authenticate'] = 'Basic realm="InfluxDB"'
  return { ...answer, headers }
}

const codes: ReadonlyMap<number, string> = new Map([
  [400, 'invalid'],
  [401, 'unauthorized'],
  [413, 'request too large'],
  [415, 'invalid'],
  [422, 'unprocessable entity'],
  [503, 'unavailable'],
])

/** Clients look here for whom they speak with. */
export const versionHeaders: Readonly<Record<string, string>> = {
  'x-influxdb-version': '1.8-millrace',
  'x-influxdb-build': 'OSS',
}

export function json(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { ...versionHeaders, 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  }
}
