import { FormatError } from '../format-error.ts'
import { base64, jsonText } from '../json/json-text.ts'
import { limits } from '../limits.ts'
import { isRecord, ownValue } from '../own-property.ts'
import { quoteOf } from './csv-shape.ts'
import type { CsvSettings, CsvShape } from './csv-shape.ts'

/** A row with its line end. */
export type WriteRow = (cells: readonly unknown[]) => string

/** Cells are quoted where they must be; objects and lists are written as JSON, nothing as nothing. */
export function rowWriter(shape: CsvShape, decimal: '.' | ',' = '.'): WriteRow {
  const { delimiter } = shape
  const quote = quoteOf(shape)
  const cell = (value: unknown): string => {
    const text = cellText(value, decimal)
    const isSpecial =
      text.includes(delimiter) ||
      text.includes('\n') ||
      text.includes('\r') ||
      (quote !== '' && text.includes(quote))
    if (!isSpecial) return text
    if (quote === '') throw unquotable(text)
    return `${quote}${text.replaceAll(quote, quote + quote)}${quote}`
  }
  return (cells) => {
    // One empty cell would look like an empty line.
    if (cells.length === 1 && quote !== '' && cellText(cells[0], decimal) === '') {
      return `${quote}${quote}\n`
    }
    return `${cells.map(cell).join(delimiter)}\n`
  }
}

function cellText(value: unknown, decimal: '.' | ','): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    return decimal === '.' ? String(value) : String(value).replace('.', ',')
  }
  if (value instanceof Uint8Array) return base64(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  // What is left of JSON-like values; a function or symbol is shown as such.
  return typeof value === 'object' ? jsonText(value) : String(value as boolean)
}

/** A value is a row, and a list of objects or lists is rows. */
export function csvEncoder(settings: CsvSettings): (value: unknown) => string {
  const write = rowWriter(settings, settings.decimal)
  const chosen = settings.columns.map(({ name }) => name)
  return (value) => {
    const items = isTable(value) ? value : [value]
    const columns = chosen.length > 0 ? chosen : columnsOf(items)
    let text = settings.hasHeader && columns.length > 0 ? write(columns) : ''
    for (const item of items) text += write(cellsOf(item, columns))
    return text
  }
}

function isTable(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false
  return value.every((item) => isObject(item) || Array.isArray(item))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !(value instanceof Uint8Array) && !(value instanceof Date)
}

/** All that any of the objects has, in the order in which they come. */
function columnsOf(items: readonly unknown[]): readonly string[] {
  const names = new Set<string>()
  for (const item of items) {
    if (!isObject(item)) continue
    for (const name of Object.keys(item)) names.add(name)
    if (names.size > limits.columns) throw tooWide()
  }
  return [...names]
}

function cellsOf(item: unknown, columns: readonly string[]): readonly unknown[] {
  if (Array.isArray(item)) return item
  if (isObject(item)) return columns.map((name) => ownValue(item, name))
  return [item]
}

function unquotable(text: string): FormatError {
  const sentence = `the cell "${text.slice(0, 50)}" has the separator or a line end in it; choose a quote.`
  return new FormatError('FORMAT_ENCODE', sentence)
}

function tooWide(): FormatError {
  return new FormatError('FORMAT_LIMIT', `There are more than ${limits.columns} columns.`)
}
