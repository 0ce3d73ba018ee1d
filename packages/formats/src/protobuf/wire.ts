import type { ByteReader } from '../bytes/byte-reader.ts'
import type { Halves } from '../bytes/varint.ts'
import { readVarint } from '../bytes/varint.ts'
import type { ProtoType, ScalarName } from './proto-type.ts'

/** Wire types, as the encoding calls them. */
export const wire = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const

export function wireOf(type: ProtoType): number {
  if (typeof type !== 'string') return type.kind === 'enum' ? wire.varint : wire.bytes
  return wires[type]
}

const wires: Readonly<Record<ScalarName, number>> = {
  double: wire.fixed64,
  float: wire.fixed32,
  int32: wire.varint,
  int64: wire.varint,
  uint32: wire.varint,
  uint64: wire.varint,
  sint32: wire.varint,
  sint64: wire.varint,
  fixed32: wire.fixed32,
  fixed64: wire.fixed64,
  sfixed32: wire.fixed32,
  sfixed64: wire.fixed64,
  bool: wire.varint,
  string: wire.bytes,
  bytes: wire.bytes,
}

/** Passes over a field that the schema does not know. */
export function skip(reader: ByteReader, tag: number, halves: Halves): void {
  switch (tag & 7) {
    case wire.varint:
      return readVarint(reader, halves)
    case wire.fixed64:
      return void reader.take(8)
    case wire.fixed32:
      return void reader.take(4)
    case wire.bytes:
      return void reader.take(readLength(reader, halves))
    case wire.groupStart:
      return skipGroup(reader, tag >>> 3, halves)
    default:
      throw reader.problem(`wire type ${tag & 7} does not exist here.`)
  }
}

function skipGroup(reader: ByteReader, id: number, halves: Halves): void {
  reader.enter()
  for (;;) {
    const tag = readTag(reader, halves)
    if (tag === ((id << 3) | wire.groupEnd) >>> 0) break
    skip(reader, tag, halves)
  }
  reader.leave()
}

export function readTag(reader: ByteReader, halves: Halves): number {
  readVarint(reader, halves)
  if (halves.high === 0 && halves.low >>> 3 > 0) return halves.low
  throw reader.problem('a field has no number.')
}

export function readLength(reader: ByteReader, halves: Halves): number {
  readVarint(reader, halves)
  return reader.count(halves.high === 0 ? halves.low : Infinity)
}
