import { NodeError } from '@millrace/sdk'
import type { Row } from './read-rows.ts'

interface Table {
  readonly names: readonly string[]
  readonly types: readonly string[]
  readonly defaults: readonly string[]
}

/**
 * Reads Flux's annotated CSV: tables, each with rows that begin with `#` and say of what type and
 * default its columns are, a row of names, and its records. Empty rows separate tables.
 */
export function* readAnnotatedCsv(text: string): Iterable<Row> {
  let types: readonly string[] = []
  let defaults: readonly string[] = []
  let table: Table | undefined
  for (const cells of csvRows(text)) {
    const [first = ''] = cells
    if (cells.length === 1 && first === '') table = undefined
    else if (first.startsWith('#')) {
      table = undefined
      if (first === '#datatype') types = cells
      if (first === '#default') defaults = cells
    } else if (table === undefined) table = { names: cells, types, defaults }
    else yield rowOf(cells, table)
  }
}

function rowOf(cells: readonly string[], { names, types, defaults }: Table): Row {
  const row = new Map<string, unknown>()
  for (const [at, name] of names.entries()) {
    // The first column holds the annotations.
    if (at === 0 || name === '') continue
    const given = cells[at] ?? ''
    const text = given === '' ? (defaults[at] ?? '') : given
    if (name === 'result' || name === 'table') continue
    row.set(name, valueOf(text, types[at] ?? 'string'))
  }
  const error = names.length <= 3 && names.includes('error') ? row.get('error') : undefined
  if (typeof error === 'string' && error !== '') {
    throw new NodeError('INFLUXDB_QUERY_FAILED', `InfluxDB ended the query: ${error}`)
  }
  // Defines each name as a property of its own, whatever it is called.
  return Object.fromEntries(row)
}

function valueOf(text: string, type: string): unknown {
  if (text === '') return type === 'string' ? '' : null
  switch (type) {
    case 'boolean':
      return text === 'true'
    case 'double':
      return doubleOf(text)
    case 'long':
    case 'unsignedLong':
      return wholeOf(text)
    default:
      // Times stay text with all their digits.
      return text
  }
}

function wholeOf(text: string): number | bigint {
  if (!/^[+-]?\d{1,40}$/.test(text)) {
    const shown = text.slice(0, 50)
    throw new NodeError('INFLUXDB_BAD_ANSWER', `InfluxDB answered with ${shown} as a whole number.`)
  }
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
}

function doubleOf(text: string): number {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return Number(text)
}

/** RFC 4180: cells in quotes may hold separators, line breaks, and quotes twice. */
function* csvRows(text: string): Iterable<readonly string[]> {
  let at = 0
  let cells: string[] = []
  while (at < text.length) {
    const [cell, end] = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at)
    cells.push(cell)
    at = end
    if (text[at] === ',') {
      at += 1
      if (at === text.length || text[at] === '\r' || text[at] === '\n') cells.push('')
      else continue
    }
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
    yield cells
    cells = []
  }
}

function plainCell(text: string, start: number): [string, number] {
  let end = start
  while (end < text.length && !',\r\n'.includes(text[end] ?? '')) end += 1
  return [text.slice(start, end), end]
}

function quotedCell(text: string, start: number): [string, number] {
  let cell = ''
  for (let from = start + 1; ;) {
    const end = text.indexOf('"', from)
    if (end < 0) throw new NodeError('INFLUXDB_BAD_ANSWER', 'The answer of InfluxDB breaks off.')
    cell += text.slice(from, end)
    if (text[end + 1] !== '"') return [cell, end + 1]
    cell += '"'
    from = end + 2
  }
}
