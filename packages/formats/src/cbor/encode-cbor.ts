import { ByteWriter } from '../bytes/byte-writer.ts'
import { tooDeep, writableEntries, writableValue } from '../bytes/writable-value.ts'
import { limits } from '../limits.ts'

/** Whole numbers are written in as few bytes as they take, all others as doubles. */
export function cborEncoder(): (value: unknown) => Uint8Array {
  const writer = new ByteWriter()
  return (value) => {
    writer.reset()
    write(writer, value, 0)
    return writer.finish()
  }
}

const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const

function write(writer: ByteWriter, given: unknown, depth: number): void {
  if (depth > limits.depth) throw tooDeep(limits.depth)
  const value = writableValue(given)
  switch (typeof value) {
    case 'boolean':
      return writer.uint8(value ? 0xf5 : 0xf4)
    case 'number':
      return writeNumber(writer, value)
    case 'bigint':
      return writeBig(writer, value)
    case 'string':
      return writeText(writer, value)
    default:
      if (typeof value !== 'object' || value === null) return writer.uint8(0xf6)
      return writeObject(writer, value, depth)
  }
}

function writeObject(writer: ByteWriter, value: object, depth: number): void {
  if (value instanceof Uint8Array) {
    writeHead(writer, major.bytes, value.length)
    writer.raw(value)
  } else if (Array.isArray(value)) {
    writeHead(writer, major.list, value.length)
    for (const item of value) write(writer, item, depth + 1)
  } else {
    const entries = writableEntries(value)
    writeHead(writer, major.map, entries.length)
    for (const [name, item] of entries) {
      writeText(writer, name)
      write(writer, item, depth + 1)
    }
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    writer.uint8(0xfb)
    writer.float64(value)
  } else if (value >= 0) writeHead(writer, major.unsigned, value)
  else writeHead(writer, major.negative, -1 - value)
}

function writeBig(writer: ByteWriter, value: bigint): void {
  const size = value < 0n ? -1n - value : value
  const sign = value < 0n ? major.negative : major.unsigned
  if (size < 2n ** 64n) return writeHead(writer, sign, size)
  writeHead(writer, major.tag, value < 0n ? 3 : 2)
  const digits = size.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  writeHead(writer, major.bytes, bytes.length)
  writer.raw(bytes)
}

function writeText(writer: ByteWriter, text: string): void {
  const length = Buffer.byteLength(text)
  writeHead(writer, major.text, length)
  writer.text(text, length)
}

function writeHead(writer: ByteWriter, kind: number, value: number | bigint): void {
  const first = kind << 5
  if (value < 24) writer.uint8(first | Number(value))
  else if (value < 0x100) {
    writer.uint8(first | 24)
    writer.uint8(Number(value))
  } else if (value < 0x1_0000) {
    writer.uint8(first | 25)
    writer.uint16(Number(value))
  } else if (value < 2 ** 32) {
    writer.uint8(first | 26)
    writer.uint32(Number(value))
  } else {
    writer.uint8(first | 27)
    writer.int64(value)
  }
}
