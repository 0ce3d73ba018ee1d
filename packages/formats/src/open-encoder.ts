import { openAvro } from './avro/open-avro.ts'
import { binaryFieldsEncoder } from './binary-fields/encode-binary-fields.ts'
import { cborEncoder } from './cbor/encode-cbor.ts'
import { packer } from './compression/compression.ts'
import { csvEncoder } from './csv/csv-encoder.ts'
import { csvSettings } from './csv/csv-settings.ts'
import { FormatError } from './format-error.ts'
import type { FormatName } from './fields/format-choices.ts'
import type { FormatSettings } from './format-settings.ts'
import { jsonLines } from './json/json-lines.ts'
import { jsonText } from './json/json-text.ts'
import { pointsEncoder } from './line-protocol/write-points.ts'
import { messagePackEncoder } from './message-pack/encode-message-pack.ts'
import { openProtobuf } from './protobuf/open-protobuf.ts'
import { textEncoder } from './text/charset.ts'
import { readableText } from './text/readable-text.ts'
import { xmlEncoder } from './xml/encode-xml.ts'

/**
 * A value as a payload; text stands for its UTF-8. NDJSON, CSV and line protocol write a list as a
 * line for each of its items. Throws a `FormatError`.
 */
export type Encode = (value: unknown) => string | Uint8Array

/** Compiles settings to what writes payloads. Throws a `FormatError` for settings that are wrong. */
export function openEncoder(settings: FormatSettings): Encode {
  const encode = encoderOf(settings)
  const { compression = 'none' } = settings
  if (compression === 'none') return encode
  const pack = packer(compression)
  return (value) => pack(payloadBytes(encode(value)))
}

/** A payload as bytes. */
export function payloadBytes(payload: string | Uint8Array): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

function encoderOf(settings: FormatSettings): Encode {
  switch (settings.format) {
    case 'json':
      return (value) => jsonText(value)
    case 'ndjson':
      return jsonLines
    case 'text': {
      const encode = textEncoder(settings.charset ?? 'utf-8')
      return (value) => encode(readableText(value))
    }
    case 'csv': {
      const encode = textEncoder(settings.charset ?? 'utf-8')
      const write = csvEncoder(csvSettings(settings.csv))
      return (value) => encode(write(value))
    }
    case 'line':
      return pointsEncoder(settings.linePrecision ?? 'ns')
    case 'avro':
      return openAvro(settings.avroSchema ?? '').encode
    case 'protobuf': {
      const schema = openProtobuf(settings.protobufSchema ?? '')
      return schema.message(settings.protobufMessage).encode
    }
    case 'msgpack':
      return messagePackEncoder()
    case 'cbor':
      return cborEncoder()
    case 'xml':
      return xmlEncoder({ root: settings.xmlRoot ?? 'message' })
    case 'fields': {
      const { binaryFields: fields = [], recordBytes = 0 } = settings
      return binaryFieldsEncoder({ fields, recordBytes })
    }
    case 'binary':
      return bytesOf
  }
}

/** Text stands for its UTF-8, a list of numbers from 0 to 255 for the bytes. */
function bytesOf(value: unknown): string | Uint8Array {
  if (value instanceof Uint8Array || typeof value === 'string') return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (Array.isArray(value) && value.every(isByte)) return Uint8Array.from(value)
  const what = value === null ? 'null' : Array.isArray(value) ? 'another list' : `a ${typeof value}`
  const sentence = `Bytes are written from bytes, text or a list of numbers from 0 to 255, and this is ${what}.`
  throw new FormatError('FORMAT_ENCODE', sentence)
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
}

/** The media type of payloads, without that of a compression. */
export function contentTypeOf({ format, charset = 'utf-8' }: FormatSettings): string {
  const type = contentTypes[format]
  return type.startsWith('text/') ? `${type}; charset=${charset}` : type
}

const contentTypes: Readonly<Record<FormatName, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  text: 'text/plain',
  line: 'text/plain',
  avro: 'application/vnd.apache.avro',
  protobuf: 'application/x-protobuf',
  msgpack: 'application/vnd.msgpack',
  cbor: 'application/cbor',
  xml: 'application/xml',
  fields: 'application/octet-stream',
  binary: 'application/octet-stream',
}
