import { rowReader } from '../csv/csv-decoder.ts'
import type { RowReader } from '../csv/csv-decoder.ts'
import { CsvRows } from '../csv/csv-rows.ts'
import { csvSettings } from '../csv/csv-settings.ts'
import type { CsvSettings } from '../csv/csv-shape.ts'
import type { RecordFormat } from '../fields/format-choices.ts'
import type { FormatSettings } from '../format-settings.ts'
import { parseJson } from '../json/parse-json.ts'
import { LineScanner } from '../line-protocol/line-scanner.ts'
import { textDecoder } from '../text/charset.ts'
import { lineEnd, rowEnd, wideLineEnd } from './record-end.ts'
import type { RecordEnd } from './record-end.ts'

/** Reads what comes record by record, such as a file that grows: lines, rows, points. */
export interface Records {
  readonly endOf: RecordEnd
  /** Whether the first record names the columns of the others; given to `useHeader`, not to `read`. */
  readonly hasHeader: boolean
  /** Throws a `FormatError` for a header that is wrong. */
  useHeader(record: Uint8Array): void
  /**
   * The value of a record, its line end included or not; `undefined` for one without anything in
   * it, such as an empty line. `line` is where it begins, for errors. Throws a `FormatError`.
   */
  read(record: Uint8Array, line: number): { readonly value: unknown } | undefined
}

export type RecordSettings = FormatSettings & { readonly format: RecordFormat }

export function openRecords(settings: RecordSettings): Records {
  const { charset = 'utf-8', format } = settings
  const isWide = charset === 'utf-16le' || charset === 'utf-16be'
  const endOf = isWide ? wideLineEnd(charset === 'utf-16be') : lineEnd
  const text = textDecoder(charset)
  switch (format) {
    case 'csv': {
      const csv = csvSettings(settings.csv)
      return new CsvRecords(csv, text, isWide ? endOf : rowEnd(csv))
    }
    case 'text':
      return headless(endOf, (record) => ({ value: withoutLineEnd(text(record)) }))
    case 'ndjson':
      return headless(lineEnd, (record, line) => {
        const json = utf8(record).trimEnd()
        return json === '' ? undefined : { value: parseJson(json, line) }
      })
    case 'line': {
      const precision = settings.linePrecision ?? 'ns'
      return headless(lineEnd, (record, line) => {
        const scanner = new LineScanner(utf8(record), precision, line)
        return scanner.skipToPoint() ? { value: scanner.point() } : undefined
      })
    }
  }
}

const utf8 = textDecoder('utf-8')

function headless(endOf: RecordEnd, read: Records['read']): Records {
  return { endOf, hasHeader: false, useHeader: () => undefined, read }
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

class CsvRecords implements Records {
  readonly endOf: RecordEnd
  readonly hasHeader: boolean
  private readonly settings: CsvSettings
  private readonly text: (bytes: Uint8Array) => string
  private reader: RowReader

  constructor(settings: CsvSettings, text: (bytes: Uint8Array) => string, endOf: RecordEnd) {
    this.settings = settings
    this.text = text
    this.endOf = endOf
    this.hasHeader = settings.hasHeader
    this.reader = rowReader(settings, undefined)
  }

  useHeader(record: Uint8Array): void {
    const rows = new CsvRows(this.text(record), this.settings)
    this.reader = rowReader(this.settings, rows.next() ?? [])
  }

  read(record: Uint8Array, line: number): { readonly value: unknown } | undefined {
    const rows = new CsvRows(this.text(record), this.settings, line)
    const cells = rows.next()
    return cells === undefined ? undefined : { value: this.reader.value(cells, rows.line) }
  }
}
