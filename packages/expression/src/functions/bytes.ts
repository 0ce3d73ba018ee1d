import { decodeBase64, encodeBase64, encodeUtf8 } from '../runtime/text.ts'
import { finite } from '../runtime/values.ts'
import { define, number, optional, text } from './definition.ts'
import type { CallSite, FunctionDefinition, Parameter } from './definition.ts'

const head = { category: 'bytes', notation: 'function' } as const
const bytesOrText: Parameter = { name: 'value', types: ['bytes', 'text'] }

export const byteFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'bytes',
      ...head,
      parameters: [text('text')],
      result: 'bytes',
      summary: 'A text as UTF-8 bytes.',
      example: { source: 'bytes("é").size()', value: 2 },
    },
    encodeUtf8,
  ),
  define(
    {
      name: 'base64Encode',
      ...head,
      parameters: [bytesOrText],
      result: 'text',
      summary: 'Bytes, or a text as UTF-8, in base64.',
      example: { source: 'base64Encode("hello")', value: 'aGVsbG8=' },
    },
    (value: Uint8Array | string) => encodeBase64(asBytes(value)),
  ),
  define(
    {
      name: 'base64Decode',
      ...head,
      parameters: [text('text')],
      result: 'bytes',
      summary: 'The bytes of a base64 text; null where it is not base64.',
      example: { source: 'string(base64Decode("aGVsbG8="))', value: 'hello' },
    },
    decodeBase64,
  ),
  define(
    {
      name: 'hexEncode',
      ...head,
      parameters: [bytesOrText],
      result: 'text',
      summary: 'Bytes, or a text as UTF-8, in hexadecimal.',
      example: { source: 'hexEncode("AZ")', value: '415a' },
    },
    (value: Uint8Array | string) => encodeHex(asBytes(value)),
  ),
  define(
    {
      name: 'hexDecode',
      ...head,
      parameters: [text('text')],
      result: 'bytes',
      summary: 'The bytes of a hexadecimal text; null where it is none.',
      example: { source: 'hexDecode("0a1f")[1]', value: 31 },
    },
    decodeHex,
  ),
  define(
    {
      name: 'readNumber',
      ...head,
      notation: 'method',
      parameters: [{ name: 'bytes', types: ['bytes'] }, number('offset'), optional(text('format'))],
      result: 'number',
      summary:
        'The number at an offset in bytes; formats are int8, uint8, int16, uint16, int32, uint32, float32 and float64, big-endian unless "le" is put after.',
      example: { source: 'hexDecode("0a1f").readNumber(0, "uint16le")', value: 7946 },
      check: checkFormat,
    },
    readNumber,
  ),
]

type Reader = (view: DataView, offset: number, isLittle: boolean) => number

const readers: ReadonlyMap<string, { size: number; read: Reader }> = new Map([
  ['int8', { size: 1, read: (view, offset) => view.getInt8(offset) }],
  ['uint8', { size: 1, read: (view, offset) => view.getUint8(offset) }],
  ['int16', { size: 2, read: (view, offset, isLittle) => view.getInt16(offset, isLittle) }],
  ['uint16', { size: 2, read: (view, offset, isLittle) => view.getUint16(offset, isLittle) }],
  ['int32', { size: 4, read: (view, offset, isLittle) => view.getInt32(offset, isLittle) }],
  ['uint32', { size: 4, read: (view, offset, isLittle) => view.getUint32(offset, isLittle) }],
  ['float32', { size: 4, read: (view, offset, isLittle) => view.getFloat32(offset, isLittle) }],
  ['float64', { size: 8, read: (view, offset, isLittle) => view.getFloat64(offset, isLittle) }],
])

function checkFormat([, , format]: CallSite['literals']): {
  argument: number
  message: string
} | null {
  if (typeof format !== 'string' || readers.has(format.replace(/(le|be)$/, ''))) return null
  return {
    argument: 2,
    message: `Expected one of ${[...readers.keys()].join(', ')}, with or without "le"`,
  }
}

function readNumber(bytes: Uint8Array, offset: number, format = 'uint8'): number | null {
  const reader = readers.get(format.replace(/(le|be)$/, ''))
  if (!reader || !Number.isInteger(offset) || offset < 0) return null
  if (offset + reader.size > bytes.length) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return finite(reader.read(view, offset, format.endsWith('le')))
}

function asBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === 'string' ? encodeUtf8(value) : value
}

const hexDigits = '0123456789abcdef'

function encodeHex(bytes: Uint8Array): string {
  let digits = ''
  for (const byte of bytes) digits += hexDigits.charAt(byte >> 4) + hexDigits.charAt(byte & 15)
  return digits
}

function decodeHex(source: string): Uint8Array | null {
  if (source.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(source)) return null
  return Uint8Array.from({ length: source.length / 2 }, (_, index) =>
    parseInt(source.slice(index * 2, index * 2 + 2), 16),
  )
}
