import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { compileReader } from './avro-reader.ts'
import { compileResolver } from './avro-resolver.ts'
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

/** A schema as text, with the schemas whose names it uses. */
export interface AvroSource {
  readonly schema: string
  readonly references?: readonly string[]
}

/**
 * Reads values that were written by one schema as another has them (Avro's schema resolution):
 * fields that are new get their default, those that are gone are left out, aliases are followed,
 * numbers are widened. Throws `FORMAT_SETTINGS` where the one cannot be read as the other.
 */
export function openAvroReader(
  written: AvroSource,
  wanted: AvroSource,
): (bytes: Uint8Array) => unknown {
  const read = compileResolver(
    readAvroSchema(written.schema, written.references),
    readAvroSchema(wanted.schema, wanted.references),
  )
  return (bytes) => {
    const reader = new ByteReader(bytes)
    const value = read(reader)
    reader.finish()
    return value
  }
}
