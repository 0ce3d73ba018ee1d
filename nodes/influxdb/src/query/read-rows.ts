import { NodeError } from '@millrace/sdk'
import type { ServerAnswer } from '../server/read-answer.ts'
import { readAnnotatedCsv } from './annotated-csv.ts'
import type { Language } from './question.ts'

/** A row of an answer: its columns, and in InfluxQL its tags and `measurement`. */
export type Row = Readonly<Record<string, unknown>>

export interface Rows {
  readonly rows: readonly Row[]
  /** Whether more were there than were asked for. */
  readonly isMore: boolean
}

/** Reads the answer to a query. Throws a `NodeError` with the server's reason where it is none. */
export function readRows(
  answer: ServerAnswer,
  { language, rowsMax }: { readonly language: Language; readonly rowsMax: number },
): Rows {
  if (answer.status < 200 || answer.status > 299) throw refused(answer)
  const rows: Row[] = []
  for (const row of rowsOf(answer.body, language)) {
    if (rows.length === rowsMax) return { rows, isMore: true }
    rows.push(row)
  }
  return { rows, isMore: false }
}

function rowsOf(body: string, language: Language): Iterable<Row> {
  if (language === 'flux') return readAnnotatedCsv(body)
  return body.trimStart().startsWith('{"results"') ? influxqlRows(body) : jsonLines(body)
}

/** Of version 1: `{ results: [{ series: [{ name, tags, columns, values }] }] }`. */
function* influxqlRows(body: string): Iterable<Row> {
  for (const result of listOf(parsed(body)['results'])) {
    const { error } = recordOf(result)
    if (typeof error === 'string') throw new NodeError('INFLUXDB_QUERY_FAILED', sentence(error))
    for (const series of listOf(recordOf(result)['series'])) {
      const { name, tags, columns, values } = recordOf(series)
      const head = { ...(name === undefined ? {} : { measurement: name }), ...recordOf(tags) }
      const names = listOf(columns).map(String)
      for (const value of listOf(values)) {
        const cells = listOf(value)
        yield { ...head, ...Object.fromEntries(names.map((column, at) => [column, cells[at]])) }
      }
    }
  }
}

/** Of version 3: an object a line. */
function* jsonLines(body: string): Iterable<Row> {
  for (const line of body.split('\n')) {
    if (line.trim() !== '') yield recordOf(parsed(line))
  }
}

function refused({ status, body }: ServerAnswer): NodeError {
  const { error, message } = tryParsed(body)
  const given = typeof message === 'string' ? message : typeof error === 'string' ? error : body
  const text = given.trim().slice(0, 300) || `status ${status}`
  if (status === 401 || status === 403) {
    const what =
      status === 401 ? 'user name, password or token' : 'the rights of this user or token'
    const advice = `InfluxDB does not let us read: check ${what}. ${text}`
    return new NodeError('INFLUXDB_NOT_AUTHORIZED', advice)
  }
  if (status === 404) {
    const advice = `InfluxDB does not know what to read: check address, version, and database or organization. ${text}`
    return new NodeError('INFLUXDB_NOT_FOUND', advice)
  }
  if (status === 429 || status === 503) return new NodeError('INFLUXDB_BUSY', 'InfluxDB is busy.')
  return new NodeError('INFLUXDB_QUERY_FAILED', sentence(text))
}

const sentence = (text: string): string => `InfluxDB refused the query: ${text}`

function parsed(text: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text))
  } catch (cause) {
    const shown = text.slice(0, 100)
    const advice = `InfluxDB answered with what is no JSON; check address and version: ${shown}`
    throw new NodeError('INFLUXDB_BAD_ANSWER', advice, { cause })
  }
}

function tryParsed(text: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  // Its members are looked at one by one.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
