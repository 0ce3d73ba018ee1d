import { NodeError } from '@millrace/sdk'

export type Row = Readonly<Record<string, unknown>>

/**
 * Rows of a CSV text (RFC 4180) with names in its first line; separated by comma, semicolon or tab,
 * whichever its first line has most of. What is written as JavaScript would write a number is one;
 * an empty cell is null.
 */
export function rowsOfCsv(text: string): readonly Row[] {
  const [names, ...lines] = new CsvReader(text).lines()
  if (names === undefined) return []
  return lines.map((cells, index) => {
    if (cells.length <= names.length) return rowOf(names, cells)
    const at = index + 2
    throw new NodeError('LOOK_UP_ROWS', `Row ${at} has more cells than there are columns.`)
  })
}

function rowOf(names: readonly string[], cells: readonly string[]): Row {
  return Object.fromEntries(names.map((name, index) => [name.trim(), valueOf(cells[index] ?? '')]))
}

function valueOf(cell: string): unknown {
  const text = cell.trim()
  if (text === '') return null
  const number = Number(text)
  return Number.isFinite(number) && String(number) === text ? number : cell
}

class CsvReader {
  private readonly text: string
  private readonly separator: string
  private at = 0

  constructor(text: string) {
    // Spreadsheets put a byte order mark in front.
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text
    this.separator = separatorOf(this.text)
  }

  lines(): string[][] {
    const lines: string[][] = []
    while (this.at < this.text.length) {
      const cells = this.line()
      if (cells.length > 1 || cells[0]?.trim() !== '') lines.push(cells)
    }
    return lines
  }

  private line(): string[] {
    const cells: string[] = []
    for (;;) {
      cells.push(this.text[this.at] === '"' ? this.quoted() : this.plain())
      const end = this.text[this.at]
      this.at += 1
      if (end === this.separator) continue
      if (end === '\r' && this.text[this.at] === '\n') this.at += 1
      return cells
    }
  }

  private plain(): string {
    const from = this.at
    while (this.at < this.text.length && !this.isAtEnd()) this.at += 1
    return this.text.slice(from, this.at)
  }

  private quoted(): string {
    let cell = ''
    for (;;) {
      const close = this.text.indexOf('"', this.at + 1)
      if (close < 0) throw new NodeError('LOOK_UP_ROWS', 'A quote in the rows is not closed.')
      cell += this.text.slice(this.at + 1, close)
      this.at = close + 1
      if (this.text[this.at] !== '"') break
      cell += '"'
    }
    // What stands between the closing quote and the next separator belongs to nothing.
    this.plain()
    return cell
  }

  private isAtEnd(): boolean {
    const character = this.text[this.at]
    return character === this.separator || character === '\n' || character === '\r'
  }
}

function separatorOf(text: string): string {
  const [names = ''] = text.split(/[\r\n]/, 1)
  const count = (separator: string): number => names.split(separator).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}
