import { quoteOf } from '../csv/csv-shape.ts'
import type { CsvShape } from '../csv/csv-shape.ts'

/**
 * Where the record that begins at `start` ends, its line end included; −1 where the bytes end before
 * it does.
 */
export type RecordEnd = (bytes: Buffer, start: number) => number

const newline = 0x0a

export const lineEnd: RecordEnd = (bytes, start) => {
  const found = bytes.indexOf(newline, start)
  return found < 0 ? -1 : found + 1
}

/** For line ends of two bytes, which stand at even places from the start. */
export function wideLineEnd(isBig: boolean): RecordEnd {
  const first = isBig ? 0 : newline
  const second = isBig ? newline : 0
  return (bytes, start) => {
    for (let at = start; at + 1 < bytes.length; at += 2) {
      if (bytes[at] === first && bytes[at + 1] === second) return at + 2
    }
    return -1
  }
}

/** A line end within quotes does not end a row. */
export function rowEnd(shape: CsvShape): RecordEnd {
  const quote = quoteOf(shape).charCodeAt(0)
  if (Number.isNaN(quote)) return lineEnd
  const delimiter = shape.delimiter.charCodeAt(0)
  return (bytes, start) => {
    const end = lineEnd(bytes, start)
    // Most rows have no quotes in them.
    if (end >= 0 && bytes.subarray(start, end).indexOf(quote) < 0) return end
    return quotedRowEnd(bytes, { start, quote, delimiter })
  }
}

function quotedRowEnd(
  bytes: Buffer,
  { start, quote, delimiter }: { start: number; quote: number; delimiter: number },
): number {
  let isCellStart = true
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === newline) return at + 1
    if (isCellStart && byte === quote) {
      at = closingQuote(bytes, at + 1, quote)
      if (at < 0) return -1
      isCellStart = false
    } else isCellStart = byte === delimiter
  }
  return -1
}

/** A quote that is doubled does not close. */
function closingQuote(bytes: Buffer, start: number, quote: number): number {
  for (let at = bytes.indexOf(quote, start); at >= 0; at = bytes.indexOf(quote, at + 2)) {
    if (bytes[at + 1] !== quote) return at
  }
  return -1
}
