import { crc32 } from 'node:zlib'
import type { IngestRecord } from '@millrace/engine'

/*
 * A record in a segment: mark (4 bytes), CRC-32 of all that follows it (4), length of the content
 * (4), position (8), processing time (8), content. Numbers are little-endian; position and time are
 * doubles, which hold every integer that they can be.
 */
const mark = 0xa7_4c_52_4d
const markBytes = Buffer.from([0x4d, 0x52, 0x4c, 0xa7])
const crcAt = 4
const checkedAt = 8
const positionAt = 12
const takenAtAt = 20

export const headerBytes = 28
/** Nothing that long is ever taken; a length over it is damage. */
export const contentBytesMax = 256 * 2 ** 20

/** Writes a record at the place, where there must be room for it; gives where it ends. */
export function writeRecord(into: Buffer, at: number, record: IngestRecord): number {
  const { bytes, position, takenAt } = record
  const end = at + headerBytes + bytes.length
  into.writeUInt32LE(mark, at)
  into.writeUInt32LE(bytes.length, at + checkedAt)
  into.writeDoubleLE(position, at + positionAt)
  into.writeDoubleLE(takenAt, at + takenAtAt)
  into.set(bytes, at + headerBytes)
  into.writeUInt32LE(crc32(into.subarray(at + checkedAt, end)), at + crcAt)
  return end
}

/** What stands at a place: where a record ends, how much of it is missing, or that it is none. */
export type Found =
  | { readonly kind: 'record'; readonly end: number }
  | { readonly kind: 'cut'; readonly needs: number }
  | { readonly kind: 'damage' }

/** Whether a whole record stands at that place of the bytes, which may end too early. */
export function findRecord(bytes: Buffer, at: number): Found {
  if (at + headerBytes > bytes.length) return { kind: 'cut', needs: headerBytes }
  if (bytes.readUInt32LE(at) !== mark) return damage
  const length = bytes.readUInt32LE(at + checkedAt)
  if (length > contentBytesMax) return damage
  const end = at + headerBytes + length
  if (end > bytes.length) return { kind: 'cut', needs: end - at }
  const sum = crc32(bytes.subarray(at + checkedAt, end))
  return sum === bytes.readUInt32LE(at + crcAt) ? { kind: 'record', end } : damage
}

const damage: Found = { kind: 'damage' }

export function positionOf(bytes: Buffer, at: number): number {
  return bytes.readDoubleLE(at + positionAt)
}

/** The record that `findRecord` found there; a view, not a copy. */
export function recordAt(bytes: Buffer, at: number, end: number): IngestRecord {
  return {
    position: bytes.readDoubleLE(at + positionAt),
    takenAt: bytes.readDoubleLE(at + takenAtAt),
    bytes: bytes.subarray(at + headerBytes, end),
  }
}

/** Where the next record may begin, behind damage at `at`; −1 where none does. */
export function nextMark(bytes: Buffer, at: number): number {
  return bytes.indexOf(markBytes, at + 1)
}
