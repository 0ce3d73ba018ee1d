import { ByteWriter } from '../bytes/byte-writer.ts'
import { tooBig, tooDeep, writableEntries, writableValue } from '../bytes/writable-value.ts'
import { limits } from '../limits.ts'

/** Whole numbers are written in as few bytes as they take, all others as doubles. */
export function messagePackEncoder(): (value: unknown) => Uint8Array {
  const writer = new ByteWriter()
  return (value) => {
    writer.reset()
    write(writer, value, 0)
    return writer.finish()
  }
}

function write(writer: ByteWriter, given: unknown, depth: number): void {
  if (depth > limits.depth) throw tooDeep(limits.depth)
  const value = writableValue(given)
  switch (typeof value) {
    case 'boolean':
      return writer.uint8(value ? 0xc3 : 0xc2)
    case 'number':
      return writeNumber(writer, value)
    case 'bigint':
      return writeBig(writer, value)
    case 'string':
      return writeText(writer, value)
    default:
      if (typeof value !== 'object' || value === null) return writer.uint8(0xc0)
      if (value instanceof Uint8Array) return writeBytes(writer, value)
      if (Array.isArray(value)) return writeList(writer, value, depth)
      return writeMap(writer, value, depth)
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    writer.uint8(0xcb)
    writer.float64(value)
  } else if (value >= 0) writeUnsigned(writer, value)
  else writeNegative(writer, value)
}

function writeUnsigned(writer: ByteWriter, value: number): void {
  if (value < 0x80) writer.uint8(value)
  else if (value < 0x100) {
    writer.uint8(0xcc)
    writer.uint8(value)
  } else if (value < 0x1_0000) {
    writer.uint8(0xcd)
    writer.uint16(value)
  } else if (value < 2 ** 32) {
    writer.uint8(0xce)
    writer.uint32(value)
  } else {
    writer.uint8(0xcf)
    writer.int64(value)
  }
}

function writeNegative(writer: ByteWriter, value: number): void {
  if (value >= -0x20) writer.uint8(value + 0x100)
  else if (value >= -0x80) {
    writer.uint8(0xd0)
    writer.uint8(value + 0x100)
  } else if (value >= -0x8000) {
    writer.uint8(0xd1)
    writer.uint16(value + 0x1_0000)
  } else if (value >= -(2 ** 31)) {
    writer.uint8(0xd2)
    writer.uint32(value + 2 ** 32)
  } else {
    writer.uint8(0xd3)
    writer.int64(value)
  }
}

function writeBig(writer: ByteWriter, value: bigint): void {
  if (Number.isSafeInteger(Number(value))) return writeNumber(writer, Number(value))
  if (BigInt.asUintN(64, value) === value) writer.uint8(0xcf)
  else if (BigInt.asIntN(64, value) === value) writer.uint8(0xd3)
  else throw tooBig(value)
  writer.int64(value)
}

function writeText(writer: ByteWriter, text: string): void {
  const length = Buffer.byteLength(text)
  if (length < 0x20) writer.uint8(0xa0 | length)
  else if (length < 0x100) {
    writer.uint8(0xd9)
    writer.uint8(length)
  } else writeHead(writer, [0xda, 0xdb], length)
  writer.text(text, length)
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  if (bytes.length < 0x100) {
    writer.uint8(0xc4)
    writer.uint8(bytes.length)
  } else writeHead(writer, [0xc5, 0xc6], bytes.length)
  writer.raw(bytes)
}

/** A length in 16 or 32 bits. */
function writeHead(
  writer: ByteWriter,
  [short, long]: readonly [number, number],
  length: number,
): void {
  if (length < 0x1_0000) {
    writer.uint8(short)
    writer.uint16(length)
  } else {
    writer.uint8(long)
    writer.uint32(length)
  }
}

function writeList(writer: ByteWriter, list: readonly unknown[], depth: number): void {
  if (list.length < 0x10) writer.uint8(0x90 | list.length)
  else writeHead(writer, [0xdc, 0xdd], list.length)
  for (const item of list) write(writer, item, depth + 1)
}

function writeMap(writer: ByteWriter, map: object, depth: number): void {
  const entries = writableEntries(map)
  if (entries.length < 0x10) writer.uint8(0x80 | entries.length)
  else writeHead(writer, [0xde, 0xdf], entries.length)
  for (const [name, item] of entries) {
    writeText(writer, name)
    write(writer, item, depth + 1)
  }
}
