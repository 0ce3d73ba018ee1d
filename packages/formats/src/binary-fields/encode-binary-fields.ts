import { wrongValue } from '../bytes/wrong-value.ts'
import { FormatError, within } from '../format-error.ts'
import { isRecord, ownValue } from '../own-property.ts'
import type { BinaryField, BinaryLayout } from './binary-field.ts'
import { bytesOf } from './binary-field.ts'
import { checkedLayout } from './checked-layout.ts'

/** Writes an object, or a list of objects, as records; bytes that belong to no field are 0. */
export function binaryFieldsEncoder(layout: BinaryLayout): (value: unknown) => Uint8Array {
  const { fields, recordBytes } = checkedLayout(layout)
  const ends = fields.map((field) => field.offset + bytesOf(field))
  const size = recordBytes > 0 ? recordBytes : ends.reduce((one, other) => Math.max(one, other), 0)
  const record = (value: unknown): Uint8Array => {
    if (!isRecord(value)) throw wrongValue(value, 'an object')
    const bytes = Buffer.alloc(size)
    for (const field of fields) {
      try {
        write(bytes, field, ownValue(value, field.name))
      } catch (error) {
        throw within(error, field.name)
      }
    }
    return bytes
  }
  return (value) =>
    Array.isArray(value) ? Buffer.concat(Array.from(value, record)) : record(value)
}

function write(bytes: Buffer, field: BinaryField, value: unknown): void {
  const { type, offset, length, bit } = field
  switch (type) {
    case 'text': {
      if (typeof value !== 'string') throw wrongValue(value, 'a text')
      const text = Buffer.from(value)
      if (text.length > length) throw tooLong(text.length, length)
      bytes.set(text, offset)
      return
    }
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw wrongValue(value, 'bytes')
      if (value.length > length) throw tooLong(value.length, length)
      bytes.set(value, offset)
      return
    case 'bit':
      if (typeof value !== 'boolean') throw wrongValue(value, 'a boolean')
      if (value) bytes[offset] = (bytes[offset] ?? 0) | (1 << bit)
      return
    default:
      writeNumber(bytes, field, value)
  }
}

function writeNumber(bytes: Buffer, field: BinaryField, value: unknown): void {
  const { type, offset, endian } = field
  const raw = rawValue(field, value)
  if (type === 'float32' || type === 'float64') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (type === 'float32') view.setFloat32(offset, Number(raw), endian === 'little')
    else view.setFloat64(offset, Number(raw), endian === 'little')
    return
  }
  const size = bytesOf(field)
  const whole = wholeOf(raw)
  const isSigned = type.startsWith('int')
  const fits = isSigned ? BigInt.asIntN(size * 8, whole) : BigInt.asUintN(size * 8, whole)
  if (fits !== whole) throw wrongValue(value, `within what ${type} can hold`)
  let rest = BigInt.asUintN(size * 8, whole)
  for (let index = 0; index < size; index += 1, rest >>= 8n) {
    bytes[offset + (endian === 'little' ? index : size - 1 - index)] = Number(rest & 0xffn)
  }
}

function rawValue({ scale, add }: BinaryField, value: unknown): number | bigint {
  if (typeof value === 'bigint' && scale === 1 && add === 0) return value
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number') throw wrongValue(value, 'a number')
  return scale === 1 && add === 0 ? number : (number - add) / scale
}

function wholeOf(raw: number | bigint): bigint {
  if (typeof raw === 'bigint') return raw
  if (!Number.isFinite(raw)) throw wrongValue(raw, 'a number that can be written')
  return BigInt(Math.round(raw))
}

function tooLong(length: number, max: number): FormatError {
  return new FormatError('FORMAT_ENCODE', `has ${length} bytes, and there is room for ${max}.`)
}
