import type { CellType } from './csv-shape.ts'

/** The value of a cell, or `undefined` where it is not of that type. An empty cell is `null`. */
export type CellValue = (cell: string) => unknown

export function cellReader(type: CellType, decimal: '.' | ','): CellValue {
  switch (type) {
    case 'text':
      return (cell) => cell
    case 'auto':
      return (cell) => autoValue(cell, decimal)
    case 'number':
      return (cell) => (isBlank(cell) ? null : numberOf(cell.trim(), decimal))
    case 'integer':
      return (cell) => (isBlank(cell) ? null : integerOf(cell.trim()))
    case 'boolean':
      return (cell) => (isBlank(cell) ? null : booleans.get(cell.trim().toLowerCase()))
  }
}

/** Numbers and booleans where nothing of the text is lost: `007` and `+1` stay text. */
function autoValue(cell: string, decimal: '.' | ','): unknown {
  if (cell === '') return null
  const code = cell.charCodeAt(0)
  const isDigit = code >= 0x30 && code <= 0x39
  if (isDigit || code === minus) return exactNumber(cell, decimal) ?? cell
  if (cell === 'true' || cell === 'TRUE' || cell === 'True') return true
  if (cell === 'false' || cell === 'FALSE' || cell === 'False') return false
  return cell
}

const minus = 0x2d

function exactNumber(cell: string, decimal: '.' | ','): number | undefined {
  const pattern = decimal === '.' ? withPoint : withComma
  if (!pattern.test(cell)) return undefined
  const value = Number(decimal === '.' ? cell : cell.replace(',', '.'))
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  // Digits would be lost that an id may need.
  return Number.isFinite(value) && !/^-?\d+$/.test(cell) ? value : undefined
}

const withPoint = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const withComma = /^-?(?:0|[1-9]\d*)(?:,\d+)?(?:[eE][+-]?\d+)?$/

function numberOf(cell: string, decimal: '.' | ','): number | undefined {
  const text = decimal === ',' ? cell.replace(',', '.') : cell
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

function integerOf(cell: string): number | bigint | undefined {
  if (!/^[+-]?\d{1,40}$/.test(cell)) return undefined
  const value = Number(cell)
  return Number.isSafeInteger(value) ? value : BigInt(cell)
}

function isBlank(cell: string): boolean {
  return cell.trim() === ''
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
])
