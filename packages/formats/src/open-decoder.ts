import { openAvro } from './avro/open-avro.ts'
import { binaryFieldsDecoder } from './binary-fields/decode-binary-fields.ts'
import { decodeCbor } from './cbor/decode-cbor.ts'
import { unpacker } from './compression/compression.ts'
import { decodeCsv } from './csv/csv-decoder.ts'
import { csvSettings } from './csv/csv-settings.ts'
import type { FormatSettings } from './format-settings.ts'
import { parseJsonLines } from './json/json-lines.ts'
import { parseJson } from './json/parse-json.ts'
import { limits } from './limits.ts'
import { parseLines } from './line-protocol/parse-lines.ts'
import { decodeMessagePack } from './message-pack/decode-message-pack.ts'
import { openProtobuf } from './protobuf/open-protobuf.ts'
import { textDecoder, utf8Text } from './text/charset.ts'
import { xmlDecoder } from './xml/decode-xml.ts'
import { xmlText } from './xml/xml-text.ts'

/**
 * The values in a payload, in order: one for most formats, none or several for NDJSON, CSV and line
 * protocol. The bytes may be used again afterwards. Throws a `FormatError`.
 */
export type Decode = (bytes: Uint8Array) => readonly unknown[]

/** Compiles settings to what reads payloads. Throws a `FormatError` for settings that are wrong. */
export function openDecoder(settings: FormatSettings): Decode {
  const decode = decoderOf(settings)
  const { compression = 'none', unpackedBytesMax: bytesMax = limits.unpackedBytes } = settings
  if (compression === 'none') return decode
  const unpack = unpacker(compression, { bytesMax })
  return (bytes) => decode(unpack(bytes))
}

function decoderOf(settings: FormatSettings): Decode {
  switch (settings.format) {
    case 'json':
      return (bytes) => [parseJson(utf8Text(bytes))]
    case 'ndjson':
      return (bytes) => parseJsonLines(utf8Text(bytes))
    case 'text': {
      const text = textDecoder(settings.charset ?? 'utf-8')
      return (bytes) => [text(bytes)]
    }
    case 'csv': {
      const text = textDecoder(settings.charset ?? 'utf-8')
      const csv = csvSettings(settings.csv)
      return (bytes) => decodeCsv(text(bytes), csv)
    }
    case 'line': {
      const precision = settings.linePrecision ?? 'ns'
      return (bytes) => parseLines(utf8Text(bytes), { precision })
    }
    case 'avro':
      return one(openAvro(settings.avroSchema ?? '').decode)
    case 'protobuf': {
      const schema = openProtobuf(settings.protobufSchema ?? '')
      return one(schema.message(settings.protobufMessage).decode)
    }
    case 'msgpack':
      return one(decodeMessagePack)
    case 'cbor':
      return one(decodeCbor)
    case 'xml': {
      const decode = xmlDecoder({ types: settings.xmlTypes ?? 'auto' })
      return (bytes) => [decode(xmlText(bytes))]
    }
    case 'fields': {
      const { binaryFields: fields = [], recordBytes = 0 } = settings
      return binaryFieldsDecoder({ fields, recordBytes })
    }
    case 'binary':
      // A copy: the bytes may be a part of something bigger.
      return (bytes) => [Uint8Array.from(bytes)]
  }
}

function one(decode: (bytes: Uint8Array) => unknown): Decode {
  return (bytes) => [decode(bytes)]
}

/** Whether payloads of this format may hold several values. */
export function holdsSeveral({ format, recordBytes = 0 }: FormatSettings): boolean {
  if (format === 'fields') return recordBytes > 0
  return format === 'ndjson' || format === 'csv' || format === 'line'
}
