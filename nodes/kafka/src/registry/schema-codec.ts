import { FormatError, openAvro, openProtobuf, parseJson } from '@millrace/formats'
import type { Codec } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { SchemaType, WholeSchema } from './registered-schema.ts'

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

/** Before the message stands which one of the schema it is; written is always the first. */
function protobufCodec({ text, used }: WholeSchema): SchemaCodec {
  const imports = Object.fromEntries(used.map((one) => [one.name, one.text]))
  const schema = openProtobuf(text, imports)
  const codecs = new Map<string, Codec>()
  const codecAt = (indexes: readonly number[]): Codec => {
    const name = indexes.join()
    const codec = codecs.get(name) ?? schema.message(indexes)
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
  return new NodeError('KAFKA_FRAME_TRUNCATED', text)
}

function jsonCodec({ text, used }: WholeSchema): SchemaCodec {
  const check = jsonChecker(text, used)
  return {
    type: 'JSON',
    decode: (body) => {
      const value = parseJson(body.toString('utf8'))
      const problem = check(value)
      if (problem !== undefined) throw misfit('KAFKA_SCHEMA_MISFIT', problem)
      return value
    },
    encode: (value) => {
      const problem = check(value)
      if (problem !== undefined) throw misfit('KAFKA_SCHEMA_MISFIT', problem)
      return Buffer.from(JSON.stringify(value))
    },
  }
}

function jsonChecker(
  text: string,
  used: WholeSchema['used'],
): (value: unknown) => string | undefined {
  try {
    const schema = objectOf(text)
    const isNew = JSON.stringify(schema['$schema'] ?? '').includes('2020-12')
    const options = {
      strict: false,
      validateSchema: false,
      validateFormats: false,
      logger: false,
    } as const
    const ajv = isNew ? new Ajv2020(options) : new Ajv(options)
    for (const one of used) ajv.addSchema(objectOf(one.text), one.name)
    const check = ajv.compile(schema)
    return (value) =>
      check(value) ? undefined : ajv.errorsText(check.errors, { dataVar: 'value' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new FormatError('FORMAT_SETTINGS', `The JSON schema is wrong: ${why.slice(0, 300)}.`)
  }
}

function objectOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function misfit(code: string, problem: string): NodeError {
  return new NodeError(code, `The value does not fit its schema: ${problem.slice(0, 300)}.`)
}
