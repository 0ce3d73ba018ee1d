import { FormatError, openProtobuf } from '@millrace/formats'
import type { Codec, ProtobufSchema } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import type { WholeSchema } from '../client/registered-schema.ts'
import type { SchemaCodec } from './schema-codec.ts'

/** Before the message stands which one of the schema it is; written is always the first. */
export function protobufCodec({ text, used }: WholeSchema): SchemaCodec {
  const imports = Object.fromEntries(used.map((one) => [one.name, one.text]))
  const schema = openProtobuf(text, imports)
  const codecs = new Map<string, Codec>()
  const codecAt = (indexes: readonly number[]): Codec => {
    const name = indexes.join()
    const codec = codecs.get(name) ?? messageAt(schema, indexes)
    codecs.set(name, codec)
    return codec
  }
  codecAt(firstMessage)
  return {
    type: 'PROTOBUF',
    decode: (body) => {
      const { indexes, end } = readIndexes(body)
      return codecAt(indexes).decode(body.subarray(end))
    },
    encode: (value) => Buffer.concat([firstMessageBytes, codecAt(firstMessage).encode(value)]),
  }
}

const firstMessage: readonly number[] = [0]
/** The path to the first message has a short form. */
const firstMessageBytes = Buffer.from([0])
const depthMax = 50

function messageAt(schema: ProtobufSchema, indexes: readonly number[]): Codec {
  try {
    return schema.message(indexes)
  } catch (error) {
    if (!(error instanceof FormatError) || indexes === firstMessage) throw error
    const text = `The value says that it is message ${indexes.join('.')} of its schema, counted from 0, and there is none.`
    throw new NodeError('SCHEMA_MESSAGE_UNKNOWN', text, { cause: error })
  }
}

function readIndexes(body: Buffer): { readonly indexes: readonly number[]; readonly end: number } {
  const count = readZigzag(body, 0)
  if (count.value === 0) return { indexes: firstMessage, end: count.end }
  if (count.value < 0 || count.value > depthMax) throw truncated()
  const indexes: number[] = []
  let { end } = count
  for (let left = count.value; left > 0; left -= 1) {
    const index = readZigzag(body, end)
    indexes.push(index.value)
    end = index.end
  }
  return { indexes, end }
}

function readZigzag(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let [value, scale, end] = [0, 1, at]
  for (;;) {
    const byte = bytes[end]
    if (byte === undefined || end - at > 4) throw truncated()
    end += 1
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80) return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, end }
  }
}

function truncated(): NodeError {
  const text = 'The value ends before it says which message of its schema it is.'
  return new NodeError('SCHEMA_FRAME_TRUNCATED', text)
}
