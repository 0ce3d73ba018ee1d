import { NodeError } from '@millrace/sdk'
import { rowsOfCsv } from './csv.ts'
import type { Row } from './csv.ts'

export type Format = 'csv' | 'json'

/** The rows that a text or a list holds; throws where it holds none that can be read. */
export function rowsOf(given: unknown, format: Format): readonly Row[] {
  if (typeof given === 'string') return format === 'csv' ? rowsOfCsv(given) : rowsOfJson(given)
  if (Array.isArray(given) && given.every(isRow)) return given
  throw new NodeError('LOOK_UP_ROWS', 'A table is a list of objects, or a text that holds one.')
}

/** The rows by their keys; rows without a key are left out, and the last of equal keys counts. */
export function rowsByKey(
  rows: readonly Row[],
  { keyColumn, rowsMax }: { readonly keyColumn: string; readonly rowsMax: number },
): ReadonlyMap<string, Row> {
  if (rows.length > rowsMax) {
    throw new NodeError('LOOK_UP_TOO_MANY', `The table has ${rows.length} rows, more than allowed.`)
  }
  const byKey = new Map<string, Row>()
  for (const row of rows) {
    const key = keyText(row[keyColumn])
    if (key !== null) byKey.set(key, row)
  }
  return byKey
}

/** Keys are compared as texts, so that `7` in a message finds "7" in a table. */
export function keyText(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

function rowsOfJson(text: string): readonly Row[] {
  if (text.trim() === '') return []
  try {
    return rowsOf(listOf(text), 'json')
  } catch (error) {
    if (error instanceof NodeError) throw error
    throw new NodeError('LOOK_UP_ROWS', `The rows are not JSON: ${String(error)}`, { cause: error })
  }
}

function listOf(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // A text inside the text would be read again, and so on.
  return typeof value === 'string' ? null : value
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
