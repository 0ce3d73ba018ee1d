import { exact } from '../bytes/byte-reader.ts'
import { FormatError } from '../format-error.ts'
import { asBuffer } from '../json/json-text.ts'
import { limits } from '../limits.ts'
import { putOwn } from '../own-property.ts'
import type { BinaryField, BinaryLayout } from './binary-field.ts'
import { bytesOf } from './binary-field.ts'
import { checkedLayout } from './checked-layout.ts'

/** Reads a record, or several of the same length, as objects. */
export function binaryFieldsDecoder(layout: BinaryLayout): (bytes: Uint8Array) => unknown[] {
  const { fields, recordBytes } = checkedLayout(layout)
  const readers = fields.map((field) => ({ field, read: fieldReader(field) }))
  const record = (bytes: Buffer, start: number, end: number): unknown => {
    const target: Record<string, unknown> = {}
    for (const { field, read } of readers) {
      const at = start + field.offset
      if (at + bytesOf(field) > end) throw tooShort(field, end - start, at)
      putOwn(target, field.name, read(bytes, at))
    }
    return target
  }
  return (payload) => {
    const bytes = asBuffer(payload)
    if (recordBytes === 0) return [record(bytes, 0, bytes.length)]
    const count = bytes.length / recordBytes
    if (!Number.isInteger(count)) throw noRecords(bytes.length, recordBytes)
    if (count > limits.values) throw tooMany()
    return Array.from({ length: count }, (_, index) =>
      record(bytes, index * recordBytes, (index + 1) * recordBytes),
    )
  }
}

type ReadField = (bytes: Buffer, at: number) => unknown

function fieldReader(field: BinaryField): ReadField {
  const { type, length, bit, scale, add } = field
  switch (type) {
    case 'text':
      return (bytes, at) => bytes.toString('utf8', at, textEnd(bytes, at, at + length))
    case 'bytes':
      return (bytes, at) => new Uint8Array(bytes.subarray(at, at + length))
    case 'bit':
      return (bytes, at) => (((bytes[at] ?? 0) >> bit) & 1) === 1
    default: {
      const read = numberReader(field)
      if (scale === 1 && add === 0) return read
      // A tenth is not exact, a division by ten comes as near as can be.
      const divisor = Math.round(1 / scale)
      const divides = Math.abs(scale) < 1 && Math.abs(scale * divisor - 1) < 1e-12
      if (divides) return (bytes, at) => Number(read(bytes, at)) / divisor + add
      return (bytes, at) => Number(read(bytes, at)) * scale + add
    }
  }
}

/** Without the zeros that fill a text up. */
function textEnd(bytes: Buffer, start: number, end: number): number {
  let last = end
  while (last > start && bytes[last - 1] === 0) last -= 1
  return last
}

type ReadNumber = (bytes: Buffer, at: number) => number | bigint

function numberReader({ type, endian }: BinaryField): ReadNumber {
  const isBig = endian === 'big'
  switch (type) {
    case 'uint8':
      return (bytes, at) => bytes.readUInt8(at)
    case 'int8':
      return (bytes, at) => bytes.readInt8(at)
    case 'uint16':
    case 'uint24':
    case 'uint32': {
      const size = Number(type.slice(4)) / 8
      if (isBig) return (bytes, at) => bytes.readUIntBE(at, size)
      return (bytes, at) => bytes.readUIntLE(at, size)
    }
    case 'int16':
    case 'int24':
    case 'int32': {
      const size = Number(type.slice(3)) / 8
      if (isBig) return (bytes, at) => bytes.readIntBE(at, size)
      return (bytes, at) => bytes.readIntLE(at, size)
    }
    case 'uint64':
      if (isBig) return (bytes, at) => exact(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4))
      return (bytes, at) => exact(bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at))
    case 'int64':
      if (isBig) return (bytes, at) => exact(bytes.readInt32BE(at), bytes.readUInt32BE(at + 4))
      return (bytes, at) => exact(bytes.readInt32LE(at + 4), bytes.readUInt32LE(at))
    case 'float32':
      return isBig ? (bytes, at) => bytes.readFloatBE(at) : (bytes, at) => bytes.readFloatLE(at)
    default:
      return isBig ? (bytes, at) => bytes.readDoubleBE(at) : (bytes, at) => bytes.readDoubleLE(at)
  }
}

function tooShort(field: BinaryField, length: number, offset: number): FormatError {
  const last = field.offset + bytesOf(field) - 1
  const sentence = `reaches to byte ${last}, and there are only ${length} bytes.`
  return new FormatError('FORMAT_DECODE', sentence, { offset, field: field.name })
}

function noRecords(length: number, recordBytes: number): FormatError {
  const sentence = `The payload has ${length} bytes, which are no whole records of ${recordBytes} bytes.`
  return new FormatError('FORMAT_DECODE', sentence)
}

function tooMany(): FormatError {
  return new FormatError('FORMAT_LIMIT', `There are more than ${limits.values} records.`)
}
