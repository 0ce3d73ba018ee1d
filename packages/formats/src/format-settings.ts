import type { Charset } from './text/charset.ts'
import type { BinaryField } from './binary-fields/binary-field.ts'
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
  readonly avroSchema?: string
  readonly protobufSchema?: string
  /** Which message of the schema; not needed where there is only one. */
  readonly protobufMessage?: string
  /** Whether texts of XML that look like numbers become such. */
  readonly xmlTypes?: 'auto' | 'text'
  /** Element around a value that is not an object with one property. */
  readonly xmlRoot?: string
  readonly binaryFields?: readonly BinaryField[]
  /** Bytes of a record where a payload holds several. */
  readonly recordBytes?: number
}
