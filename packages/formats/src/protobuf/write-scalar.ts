import type { ByteWriter } from '../bytes/byte-writer.ts'
import { wrongValue } from '../bytes/wrong-value.ts'
import type { ScalarName } from './proto-type.ts'

/** Writes a value without its tag. Whole numbers may also be given as text of digits. */
export function writeScalar(writer: ByteWriter, type: ScalarName, value: unknown): void {
  switch (type) {
    case 'bool':
      if (typeof value !== 'boolean') throw wrongValue(value, 'a boolean')
      return writer.uint8(value ? 1 : 0)
    case 'string':
      return writeText(writer, value)
    case 'bytes':
      return writeBytes(writer, value)
    case 'double':
    case 'float':
      return writeFloat(writer, type, value)
    default:
      return writeWhole(writer, type, value)
  }
}

type Whole = Exclude<ScalarName, 'bool' | 'string' | 'bytes' | 'double' | 'float'>

function writeWhole(writer: ByteWriter, type: Whole, value: unknown): void {
  const whole = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : value
  const isSigned = !type.startsWith('u') && !type.startsWith('f')
  const bits = type.endsWith('64') ? 64 : 32
  if (!isWithin(whole, bits, isSigned)) {
    throw wrongValue(value, `a whole number of ${bits} bits${isSigned ? '' : ' without sign'}`)
  }
  if (type.includes('fixed')) return writeFixed(writer, whole, bits)
  if (type.startsWith('s')) return writer.zigzag(whole)
  writer.varint(whole < 0 ? BigInt.asUintN(64, BigInt(whole)) : whole)
}

function isWithin(value: unknown, bits: 32 | 64, isSigned: boolean): value is number | bigint {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return false
  // A number that is safe, or a big one.
  const big = BigInt(value as number | bigint)
  return (isSigned ? BigInt.asIntN(bits, big) : BigInt.asUintN(bits, big)) === big
}

function writeFixed(writer: ByteWriter, value: number | bigint, bits: 32 | 64): void {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)))
  writer.raw(bytes.subarray(0, bits / 8))
}

function writeFloat(writer: ByteWriter, type: 'double' | 'float', value: unknown): void {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number') throw wrongValue(value, 'a number')
  const bytes = Buffer.allocUnsafe(type === 'float' ? 4 : 8)
  if (type === 'float') bytes.writeFloatLE(number)
  else bytes.writeDoubleLE(number)
  writer.raw(bytes)
}

function writeText(writer: ByteWriter, value: unknown): void {
  if (typeof value !== 'string') throw wrongValue(value, 'a text')
  const length = Buffer.byteLength(value)
  writer.varint(length)
  writer.text(value, length)
}

function writeBytes(writer: ByteWriter, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw wrongValue(value, 'bytes')
  writer.varint(value.length)
  writer.raw(value)
}
