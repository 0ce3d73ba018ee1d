import type { Codec } from '../avro/open-avro.ts'
import { ByteReader } from '../bytes/byte-reader.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { FormatError } from '../format-error.ts'
import { compileProtoReader } from './proto-reader.ts'
import type { ProtoMessage } from './proto-type.ts'
import { compileProtoWriter } from './proto-writer.ts'
import { readProto } from './read-proto.ts'

/** A schema of which several messages may be read and written. */
export interface ProtobufSchema {
  /**
   * By name, or by the numbers of Confluent's frames; without either the only message there is.
   * Throws `FORMAT_SETTINGS` where there is none.
   */
  message(which?: string | readonly number[]): Codec
}

/**
 * Protobuf by the text of a `.proto` file. Fields keep the names that they have there. Fields that
 * always have a value are always given; enums by name; times and durations in milliseconds.
 */
export function openProtobuf(
  schema: string,
  imports: Readonly<Record<string, string>> = {},
): ProtobufSchema {
  const found = readProto(schema, imports)
  return {
    message: (which = '') => {
      if (typeof which !== 'string') return codecOf(found.at(which) ?? noMessage(found.messages))
      const [first, ...more] = found.messages
      const only = more.length === 0 ? first : undefined
      const message = which === '' ? only : found.find(which)
      return codecOf(message ?? noMessage(found.messages, which))
    },
  }
}

function codecOf(message: ProtoMessage): Codec {
  const read = compileProtoReader(message)
  const write = compileProtoWriter(message)
  const writer = new ByteWriter()
  return {
    decode: (bytes) => read(new ByteReader(bytes)),
    encode: (value) => {
      writer.reset()
      write(writer, value, 0)
      return writer.finish()
    },
  }
}

function noMessage(messages: readonly ProtoMessage[], which = ''): never {
  const names = messages.map(({ name }) => name).slice(0, 20)
  const there = names.length === 0 ? 'It has none.' : `There are ${names.join(', ')}.`
  const what =
    which === '' ? 'Say which message of the schema it is' : `There is no message ${which}`
  throw new FormatError('FORMAT_SETTINGS', `${what}. ${there}`)
}
