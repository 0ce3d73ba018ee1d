import type { Charset } from './text/charset.ts'
import type { Compression } from './compression/compression.ts'
import type { CsvSettings } from './csv/csv-shape.ts'
import type { FormatName } from './fields/format-choices.ts'
import type { Precision } from './line-protocol/timestamp.ts'

/** All that a decoder or encoder is made from. What the format does not need may be left out. */
export interface FormatSettings {
  readonly format: FormatName
  readonly compression?: Compression
  /** Bytes that a compressed payload may unpack to. */
  readonly unpackedBytesMax?: number
  /** Of text and CSV. */
  readonly charset?: Charset
  readonly csv?: Partial<CsvSettings>
  /** Of the timestamps of line protocol. */
  readonly linePrecision?: Precision
}
