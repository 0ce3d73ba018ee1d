import { ByteReader } from '../bytes/byte-reader.ts'
import { putOwn } from '../own-property.ts'

/** The one value of a MessagePack payload. Timestamps become milliseconds since the epoch. */
export function decodeMessagePack(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes)
  const value = valueOf(reader)
  reader.finish()
  return value
}

function valueOf(reader: ByteReader): unknown {
  const head = reader.uint8()
  if (head < 0x80) return head
  if (head < 0x90) return mapOf(reader, head & 0x0f)
  if (head < 0xa0) return listOf(reader, head & 0x0f)
  if (head < 0xc0) return reader.text(head & 0x1f)
  if (head >= 0xe0) return head - 0x100
  return longer(reader, head)
}

function longer(reader: ByteReader, head: number): unknown {
  switch (head) {
    case 0xc0:
      return null
    case 0xc2:
      return false
    case 0xc3:
      return true
    case 0xc4:
      return reader.raw(reader.uint8())
    case 0xc5:
      return reader.raw(reader.uint16())
    case 0xc6:
      return reader.raw(reader.uint32())
    case 0xd9:
      return reader.text(reader.uint8())
    case 0xda:
      return reader.text(reader.uint16())
    case 0xdb:
      return reader.text(reader.uint32())
    case 0xdc:
      return listOf(reader, reader.uint16())
    case 0xdd:
      return listOf(reader, reader.uint32())
    case 0xde:
      return mapOf(reader, reader.uint16())
    case 0xdf:
      return mapOf(reader, reader.uint32())
    default:
      return head < 0xca || (head >= 0xd4 && head < 0xd9)
        ? extension(reader, head)
        : numberOf(reader, head)
  }
}

function numberOf(reader: ByteReader, head: number): unknown {
  switch (head) {
    case 0xca:
      return reader.float32()
    case 0xcb:
      return reader.float64()
    case 0xcc:
      return reader.uint8()
    case 0xcd:
      return reader.uint16()
    case 0xce:
      return reader.uint32()
    case 0xcf:
      return reader.uint64()
    case 0xd0:
      return reader.int8()
    case 0xd1:
      return reader.int16()
    case 0xd2:
      return reader.int32()
    default:
      return reader.int64()
  }
}

function listOf(reader: ByteReader, claimed: number): unknown[] {
  const count = reader.count(claimed)
  const list: unknown[] = []
  reader.enter()
  for (let index = 0; index < count; index += 1) list.push(valueOf(reader))
  reader.leave()
  return list
}

function mapOf(reader: ByteReader, claimed: number): Record<string, unknown> {
  const count = reader.count(claimed)
  const map: Record<string, unknown> = {}
  reader.enter()
  for (let index = 0; index < count; index += 1) {
    const name = nameOf(reader)
    putOwn(map, name, valueOf(reader))
  }
  reader.leave()
  return map
}

/** Numbers and booleans can be names too, as text. */
function nameOf(reader: ByteReader): string {
  const { at } = reader
  const name = valueOf(reader)
  if (typeof name === 'string') return name
  if (typeof name === 'number' || typeof name === 'bigint' || typeof name === 'boolean') {
    return String(name)
  }
  reader.at = at
  throw reader.problem('the name of an entry is neither text nor a number.')
}

function extension(reader: ByteReader, head: number): unknown {
  if (head === 0xc1) {
    reader.at -= 1
    throw reader.problem('c1 begins no value of MessagePack.')
  }
  const length = extensionLength(reader, head)
  const type = reader.int8()
  if (type === -1) return timestamp(reader, length)
  return { extension: type, data: reader.raw(length) }
}

function extensionLength(reader: ByteReader, head: number): number {
  switch (head) {
    case 0xc7:
      return reader.uint8()
    case 0xc8:
      return reader.uint16()
    case 0xc9:
      return reader.uint32()
    default:
      return 1 << (head - 0xd4)
  }
}

function timestamp(reader: ByteReader, length: number): number {
  if (length === 4) return reader.uint32() * 1000
  if (length === 8) {
    const high = reader.uint32()
    const seconds = (high & 3) * 2 ** 32 + reader.uint32()
    return seconds * 1000 + (high >>> 2) / 1e6
  }
  if (length === 12) {
    const nanoseconds = reader.uint32()
    return Number(reader.int64()) * 1000 + nanoseconds / 1e6
  }
  throw reader.problem(`a timestamp of ${length} bytes does not exist.`)
}
