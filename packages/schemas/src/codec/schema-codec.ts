import { openAvro } from '@millrace/formats'
import type { SchemaType, WholeSchema } from '../client/registered-schema.ts'
import { jsonCodec } from './json-codec.ts'
import { protobufCodec } from './protobuf-codec.ts'

/** Reads and writes what stands behind the number of the schema. */
export interface SchemaCodec {
  readonly type: SchemaType
  decode(body: Buffer): unknown
  encode(value: unknown): Uint8Array
}

/** Throws where the schema cannot be used. */
export function openSchema(schema: WholeSchema): SchemaCodec {
  switch (schema.type) {
    case 'AVRO':
      return avroCodec(schema)
    case 'PROTOBUF':
      return protobufCodec(schema)
    case 'JSON':
      return jsonCodec(schema)
  }
}

function avroCodec({ text, used }: WholeSchema): SchemaCodec {
  const codec = openAvro(
    text,
    used.map((one) => one.text),
  )
  return { type: 'AVRO', decode: codec.decode, encode: codec.encode }
}
