import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { compileReader } from './avro-reader.ts'
import { compileWriter } from './avro-writer.ts'
import { readAvroSchema } from './read-schema.ts'

/** Reads and writes the values of a schema. */
export interface Codec {
  /** The one value in the bytes. Throws a `FormatError`. */
  decode(bytes: Uint8Array): unknown
  /** Throws a `FormatError` that names the field which does not fit. */
  encode(value: unknown): Uint8Array
}

/**
 * Avro as bytes without a header. Of a union the value itself is given, and the first type that
 * fits is written; `{ "the.Type": value }` names another. Times are milliseconds since the epoch.
 * `references` are the schemas whose names this one uses, each after those that it uses itself.
 */
export function openAvro(schema: string, references: readonly string[] = []): Codec {
  const type = readAvroSchema(schema, references)
  const read = compileReader(type)
  const write = compileWriter(type)
  const writer = new ByteWriter()
  return {
    decode: (bytes) => {
      const reader = new ByteReader(bytes)
      const value = read(reader)
      reader.finish()
      return value
    },
    encode: (value) => {
      writer.reset()
      write(writer, value, 0)
      return writer.finish()
    },
  }
}
