import { ByteReader } from '../bytes/byte-reader.ts'
import { putOwn } from '../own-property.ts'

/**
 * The one value of a CBOR payload (RFC 8949). Times by number (tag 1) become milliseconds since the
 * epoch, big numbers `bigint`; of other tags only the value is kept. `undefined` becomes null.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes)
  const value = valueOf(reader)
  reader.finish()
  if (value === stop) throw reader.problem('a break without a list to end.')
  return value
}

/** What ends a list or map of unknown length. */
const stop = Symbol('break')

function valueOf(reader: ByteReader): unknown {
  const head = reader.uint8()
  const info = head & 0x1f
  switch (head >> 5) {
    case 0:
      return argument(reader, info)
    case 1:
      return negative(argument(reader, info))
    case 2:
      return info === 31 ? joinedBytes(reader) : reader.raw(lengthOf(reader, info))
    case 3:
      return info === 31 ? chunks(reader, 3).join('') : reader.text(lengthOf(reader, info))
    case 4:
      return listOf(reader, info)
    case 5:
      return mapOf(reader, info)
    case 6:
      return tagged(reader, argument(reader, info))
    default:
      return simple(reader, info)
  }
}

function argument(reader: ByteReader, info: number): number | bigint {
  if (info < 24) return info
  switch (info) {
    case 24:
      return reader.uint8()
    case 25:
      return reader.uint16()
    case 26:
      return reader.uint32()
    case 27:
      return reader.uint64()
    default:
      reader.at -= 1
      throw reader.problem('a byte begins no value of CBOR.')
  }
}

function negative(value: number | bigint): number | bigint {
  if (typeof value === 'number' && value < Number.MAX_SAFE_INTEGER) return -1 - value
  return -1n - BigInt(value)
}

function lengthOf(reader: ByteReader, info: number): number {
  return reader.count(argument(reader, info))
}

function listOf(reader: ByteReader, info: number): unknown[] {
  const count = info === 31 ? Infinity : lengthOf(reader, info)
  const list: unknown[] = []
  reader.enter()
  for (let index = 0; index < count; index += 1) {
    const item = valueOf(reader)
    if (item === stop) {
      if (count === Infinity) break
      throw reader.problem('a break within a list of known length.')
    }
    list.push(item)
  }
  reader.leave()
  return list
}

function mapOf(reader: ByteReader, info: number): Record<string, unknown> {
  const count = info === 31 ? Infinity : lengthOf(reader, info)
  const map: Record<string, unknown> = {}
  reader.enter()
  for (let index = 0; index < count; index += 1) {
    const name = valueOf(reader)
    if (name === stop && count === Infinity) break
    const value = valueOf(reader)
    if (value === stop) throw reader.problem('a map ends behind the name of an entry.')
    putOwn(map, nameOf(reader, name), value)
  }
  reader.leave()
  return map
}

/** Numbers and booleans can be names too, as text. */
function nameOf(reader: ByteReader, name: unknown): string {
  if (typeof name === 'string') return name
  if (typeof name === 'number' || typeof name === 'bigint' || typeof name === 'boolean') {
    return String(name)
  }
  throw reader.problem('the name of an entry is neither text nor a number.')
}

/** The pieces of a text or bytes of unknown length, each of known length. */
function chunks(reader: ByteReader, major: 2 | 3): unknown[] {
  const found: unknown[] = []
  for (;;) {
    const head = reader.uint8()
    if (head === 0xff) return found
    if (head >> 5 !== major || (head & 0x1f) === 31) {
      reader.at -= 1
      throw reader.problem('a piece of a text or of bytes is of another kind.')
    }
    const length = lengthOf(reader, head & 0x1f)
    found.push(major === 3 ? reader.text(length) : reader.raw(length))
  }
}

function joinedBytes(reader: ByteReader): Uint8Array {
  // Pieces of kind 2 are bytes.
  return Uint8Array.from(Buffer.concat(chunks(reader, 2) as Uint8Array[]))
}

function tagged(reader: ByteReader, tag: number | bigint): unknown {
  reader.enter()
  const value = valueOf(reader)
  reader.leave()
  if (value === stop) throw reader.problem('a tag without a value.')
  if (tag === 1 && typeof value === 'number') return value * 1000
  if ((tag === 2 || tag === 3) && value instanceof Uint8Array) {
    if (value.length > bigBytesMax) throw reader.problem('a number is too long.', 'FORMAT_LIMIT')
    const digits = Buffer.from(value).toString('hex')
    const big = BigInt(digits === '' ? 0 : `0x${digits}`)
    return tag === 2 ? big : -1n - big
  }
  return value
}

const bigBytesMax = 1024

function simple(reader: ByteReader, info: number): unknown {
  switch (info) {
    case 20:
      return false
    case 21:
      return true
    case 22:
    case 23:
      return null
    case 24:
      return unassigned(reader, reader.uint8())
    case 25:
      return half(reader.uint16())
    case 26:
      return reader.float32()
    case 27:
      return reader.float64()
    case 31:
      return stop
    default:
      return unassigned(reader, info)
  }
}

function unassigned(reader: ByteReader, value: number): never {
  reader.at -= 1
  throw reader.problem(`the simple value ${value} has no meaning.`)
}

/** IEEE 754 in 16 bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
