import { FormatError } from '../format-error.ts'
import { limits } from '../limits.ts'
import { quoteOf } from './csv-shape.ts'
import type { CsvShape } from './csv-shape.ts'

/** Reads rows one after the other. RFC 4180, but a line may also end with a line feed alone. */
export class CsvRows {
  /** Of the row read last, counted from 1. */
  line = 0
  private readonly text: string
  private readonly delimiter: string
  private readonly quote: string
  private at = 0
  private nextLine: number

  constructor(text: string, shape: CsvShape, firstLine = 1) {
    this.text = text
    this.delimiter = shape.delimiter
    this.quote = quoteOf(shape)
    this.nextLine = firstLine
  }

  /** The cells of the next row; rows without anything in them are passed over. */
  next(): readonly string[] | undefined {
    const { text } = this
    while (this.at < text.length) {
      this.line = this.nextLine
      const row = this.row()
      if (row.length > limits.columns) throw this.tooWide()
      if (row.length > 1 || row[0] !== '') return row
    }
    return undefined
  }

  private row(): string[] {
    const { text, delimiter, quote, at } = this
    const found = text.indexOf('\n', at)
    const end = found < 0 ? text.length : found
    const plain = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end)
    if (quote !== '' && plain.includes(quote)) return this.quotedRow()
    this.at = end + 1
    this.nextLine += 1
    return plain.split(delimiter)
  }

  private quotedRow(): string[] {
    const cells: string[] = []
    for (;;) {
      cells.push(this.text[this.at] === this.quote ? this.quotedCell() : this.plainCell())
      const character = this.text[this.at]
      if (character === this.delimiter) {
        this.at += 1
        continue
      }
      this.at += character === '\r' ? 2 : 1
      this.nextLine += 1
      return cells
    }
  }

  private plainCell(): string {
    const start = this.at
    while (this.at < this.text.length && !this.isCellEnd(this.at)) this.at += 1
    return this.text.slice(start, this.at)
  }

  private quotedCell(): string {
    const { text, quote } = this
    const start = this.at
    let cell = ''
    for (let from = start + 1; ;) {
      const end = text.indexOf(quote, from)
      if (end < 0) throw this.problem(start, 'a quote is opened here and never closed.')
      cell += text.slice(from, end)
      if (text[end + 1] !== quote) {
        this.at = end + 1
        break
      }
      cell += quote
      from = end + 2
    }
    if (this.at < text.length && !this.isCellEnd(this.at)) {
      throw this.problem(this.at, 'there is text between a closing quote and the separator.')
    }
    this.nextLine += cell.includes('\n') ? cell.split('\n').length - 1 : 0
    return cell
  }

  private isCellEnd(at: number): boolean {
    const character = this.text[at]
    if (character === this.delimiter || character === '\n') return true
    return character === '\r' && this.text[at + 1] === '\n'
  }

  private problem(at: number, sentence: string): FormatError {
    const before = this.text.slice(0, at)
    const column = at - before.lastIndexOf('\n')
    return new FormatError('FORMAT_DECODE', sentence, { line: this.nextLine, column })
  }

  private tooWide(): FormatError {
    const sentence = `the row has more than ${limits.columns} cells.`
    return new FormatError('FORMAT_LIMIT', sentence, { line: this.line })
  }
}
