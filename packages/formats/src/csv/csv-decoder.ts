import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { putOwn } from '../own-property.ts'
import { cellReader } from './cell-value.ts'
import type { CellValue } from './cell-value.ts'
import { CsvRows } from './csv-rows.ts'
import type { CsvColumn, CsvSettings } from './csv-shape.ts'

/** Makes values of rows; the header may come from elsewhere, such as the beginning of a file. */
export interface RowReader {
  /** Values in a row at least, cells that are left out included. */
  readonly width: number
  /** The value of a row: an object by column, or a list where nothing names the columns. */
  value(cells: readonly string[], line: number): unknown
}

export function decodeCsv(text: string, settings: CsvSettings): unknown[] {
  const rows = new CsvRows(text, settings)
  const header = settings.hasHeader ? rows.next() : undefined
  if (settings.hasHeader && header === undefined) return []
  const reader = rowReader(settings, header, rows.line)
  const values: unknown[] = []
  // A cell takes a character, but one that is left out takes none.
  const cellsMax = limits.values + text.length
  for (let cells = rows.next(); cells !== undefined; cells = rows.next()) {
    const count = values.length + 1
    if (count > limits.values || count * reader.width > cellsMax) throw tooMany(rows.line)
    values.push(reader.value(cells, rows.line))
  }
  return values
}

/** Without a header the columns of the settings name the cells in order. */
export function rowReader(
  settings: CsvSettings,
  header: readonly string[] | undefined,
  headerLine = 1,
): RowReader {
  const { columns, types, decimal } = settings
  const rest = cellReader(types, decimal)
  if (header === undefined && columns.length === 0) {
    return { width: 1, value: (cells) => cells.map((cell) => rest(cell)) }
  }
  const names = header === undefined ? columns.map(({ name }) => name) : namesOf(header, headerLine)
  const typed = new Map(columns.map(({ name, type }) => [name, cellReader(type, decimal)]))
  return objectReader(
    names.map((name) => ({ name, read: typed.get(name) ?? rest })),
    columns,
  )
}

function namesOf(header: readonly string[], line: number): readonly string[] {
  const names = header.map((name, index) =>
    name.trim() === '' ? `column${index + 1}` : name.trim(),
  )
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice === undefined) return names
  throw new FormatError('FORMAT_DECODE', `two columns are named "${twice}".`, { line })
}

interface ReadColumn {
  readonly name: string
  readonly read: CellValue
}

function objectReader(readers: readonly ReadColumn[], columns: readonly CsvColumn[]): RowReader {
  const value = (cells: readonly string[], line: number): unknown => {
    if (cells.length > readers.length) throw tooWide(cells.length, readers.length, line)
    const row: Record<string, unknown> = {}
    let index = 0
    for (const { name, read } of readers) {
      const cell = cells[index] ?? ''
      const found = read(cell)
      if (found === undefined) throw wrongType({ columns, name, cell, line, index })
      putOwn(row, name, found)
      index += 1
    }
    return row
  }
  return { width: readers.length, value }
}

interface WrongCell {
  readonly columns: readonly CsvColumn[]
  readonly name: string
  readonly cell: string
  readonly line: number
  readonly index: number
}

function wrongType({ columns, name, cell, line, index }: WrongCell): FormatError {
  const type = columns.find((column) => column.name === name)?.type ?? 'value'
  const sentence = `cell ${index + 1} is "${cell.slice(0, 50)}", which is no ${type}.`
  return new FormatError('FORMAT_DECODE', sentence, { line, field: name })
}

function tooWide(count: number, columns: number, line: number): FormatError {
  const sentence = `the row has ${count} cells, and there are ${columns} columns.`
  return new FormatError('FORMAT_DECODE', sentence, { line })
}

function tooMany(line: number): FormatError {
  return new FormatError(
    'FORMAT_LIMIT',
    `there are more than ${limits.values} rows or empty cells.`,
    { line },
  )
}
