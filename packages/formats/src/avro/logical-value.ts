import { asBuffer } from '../json/json-text.ts'
import { FormatError } from '../format-error.ts'
import type { Logical } from './avro-type.ts'

/** What a number stands for: a time as milliseconds since the epoch, a date as `2026-01-31`. */
export function fromNumber(value: number | bigint, logical: Logical | undefined): unknown {
  if (logical?.kind === 'time') {
    if (typeof value === 'number') return value / logical.perMs
    const unit = BigInt(logical.perMs)
    return Number(value / unit) + Number(value % unit) / logical.perMs
  }
  if (logical?.kind === 'date') {
    const date = new Date(Number(value) * dayMs)
    return Number.isNaN(date.getTime()) ? value : date.toISOString().slice(0, -14)
  }
  return value
}

const dayMs = 86_400_000

/** The other way round; times may also be ISO 8601 text. */
export function toNumber(value: unknown, logical: Logical | undefined): unknown {
  if (logical === undefined || logical.kind === 'decimal') return value
  const timeMs = typeof value === 'string' ? Date.parse(value) : value
  if (logical.kind === 'date') {
    return typeof value === 'string' && typeof timeMs === 'number' ? timeMs / dayMs : value
  }
  if (typeof timeMs !== 'number' || !Number.isFinite(timeMs)) return value
  if (logical.perMs === 1) return Math.round(timeMs)
  // More digits than microseconds a number of this size does not have.
  const microseconds = Math.round(timeMs * 1000)
  return logical.perMs === 1000 ? microseconds : BigInt(microseconds) * 1000n
}

/** Two's complement, and how many of the digits are behind the point. Exact as text where a number is not. */
export function decimalOf(bytes: Uint8Array, scale: number): number | string {
  const digits = asBuffer(bytes).toString('hex')
  const whole = BigInt.asIntN(bytes.length * 8, BigInt(digits === '' ? 0 : `0x${digits}`))
  const text = withPoint(whole, scale)
  const value = Number(text)
  const isExact = text.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15
  return isExact && Number.isFinite(value) ? value : text
}

function withPoint(whole: bigint, scale: number): string {
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  const sign = whole < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** A number or its digits as two's complement; `undefined` for what is neither, or has more digits. */
export function decimalBytes(value: unknown, scale: number, size?: number): Uint8Array | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') {
    return undefined
  }
  const match = /^(-?)(\d{1,1000})(?:\.(\d{1,1000}))?$/.exec(plainDigits(value))
  if (match === null) return undefined
  const [, sign = '', before = '', after = ''] = match
  if (after.length > scale) return undefined
  const digits = BigInt(before + after.padEnd(scale, '0'))
  return bytesOf(sign === '' ? digits : -digits, size)
}

function plainDigits(value: number | bigint | string): string {
  if (typeof value !== 'number') return String(value)
  // Without an exponent.
  const text = String(value)
  return text.includes('e') && Number.isSafeInteger(value) ? String(BigInt(value)) : text
}

function bytesOf(whole: bigint, size: number | undefined): Uint8Array {
  let length = size ?? 1
  while (size === undefined && BigInt.asIntN(length * 8, whole) !== whole) length += 1
  if (BigInt.asIntN(length * 8, whole) !== whole) {
    throw new FormatError('FORMAT_ENCODE', `the number does not fit into ${length} bytes.`)
  }
  const digits = BigInt.asUintN(length * 8, whole).toString(16)
  return Buffer.from(digits.padStart(length * 2, '0'), 'hex')
}
