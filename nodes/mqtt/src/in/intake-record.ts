import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { NodeError } from '@millrace/sdk'
import type { Arrival, InboundBatch } from '../link/inbound-batch.ts'
import type { Qos } from '../wire/packet-type.ts'
import type { PublishProperties } from '../wire/publish-properties.ts'

/*
 * What one read brought, as it stands in the ingest log: version (1 byte), number of the session (4),
 * then for each message: flags (1), packet id (2), length of the topic (2), topic, length of the
 * payload (4), payload, and where flags say so length of the properties (4) and these. Numbers are
 * little-endian.
 */
const version = 1
const headerBytes = 5
const fixedBytes = 9
const topicAt = 3
const flag = { qos: 3, isRetained: 4, hasProperties: 8 } as const

/** Called with each message of a record, and what tells it from others with the same packet id. */
export type SeeMessage = (arrival: Arrival, fingerprint: number) => void

/** Tells the packet id and the fingerprint of each message on the way. */
export function encodeRecord(
  session: number,
  batch: InboundBatch,
  note: (packetId: number, fingerprint: number) => void,
): Buffer {
  const { arrivals, count } = batch
  const properties: (Buffer | undefined)[] = []
  let room = headerBytes
  for (let index = 0; index < count; index += 1) {
    // Filled up to `count`.
    const arrival = arrivals[index] as Arrival
    const extra = arrival.properties === undefined ? undefined : serialize(arrival.properties)
    properties.push(extra)
    room += fixedBytes + arrival.topic.length * 3 + arrival.end - arrival.start
    if (extra !== undefined) room += 4 + extra.length
  }
  const bytes = Buffer.allocUnsafe(room)
  bytes.writeUInt8(version, 0)
  let at = bytes.writeUInt32LE(session, 1)
  for (let index = 0; index < count; index += 1) {
    const arrival = arrivals[index] as Arrival
    const start = at
    at = writeMessage(bytes, at, arrival)
    if (arrival.qos > 0) note(arrival.packetId, fingerprint(bytes, start + topicAt, at))
    const extra = properties[index]
    if (extra === undefined) continue
    at = bytes.writeUInt32LE(extra.length, at)
    at += extra.copy(bytes, at)
  }
  return bytes.subarray(0, at)
}

/** Shows the messages of a record. */
export function decodeRecord(record: Uint8Array, see: SeeMessage): void {
  const bytes = bufferOf(record)
  for (let at = headerBytes; at < bytes.length;) at = readMessage(bytes, at, see)
}

/** Number of the session in which the messages of a record came. */
export function sessionOf(record: Uint8Array): number {
  return bufferOf(record).readUInt32LE(1)
}

function bufferOf(record: Uint8Array): Buffer {
  if (record[0] === version) {
    return Buffer.from(record.buffer, record.byteOffset, record.length)
  }
  throw new NodeError('MQTT_RECORD_UNKNOWN', 'A record was written by another version.')
}

/** The same for messages with the same topic and payload. */
export function fingerprintOf(arrival: Arrival): number {
  const room = fixedBytes + arrival.topic.length * 3 + arrival.end - arrival.start
  const bytes = Buffer.allocUnsafe(room)
  return fingerprint(bytes, topicAt, writeMessage(bytes, 0, arrival))
}

function writeMessage(bytes: Buffer, start: number, arrival: Arrival): number {
  const flags =
    arrival.qos |
    (arrival.isRetained ? flag.isRetained : 0) |
    (arrival.properties === undefined ? 0 : flag.hasProperties)
  bytes.writeUInt8(flags, start)
  bytes.writeUInt16LE(arrival.packetId, start + 1)
  const topicBytes = bytes.write(arrival.topic, start + 5, 'utf8')
  bytes.writeUInt16LE(topicBytes, start + topicAt)
  const at = bytes.writeUInt32LE(arrival.end - arrival.start, start + 5 + topicBytes)
  return at + arrival.bytes.copy(bytes, at, arrival.start, arrival.end)
}

function readMessage(bytes: Buffer, start: number, see: SeeMessage): number {
  const flags = bytes.readUInt8(start)
  const topicEnd = start + 5 + bytes.readUInt16LE(start + topicAt)
  const from = topicEnd + 4
  const to = from + bytes.readUInt32LE(topicEnd)
  let end = to
  let properties: PublishProperties | undefined
  if ((flags & flag.hasProperties) !== 0) {
    end = to + 4 + bytes.readUInt32LE(to)
    // Written by `encodeRecord`.
    properties = deserialize(bytes.subarray(to + 4, end)) as PublishProperties
  }
  const arrival: Arrival = {
    topic: bytes.toString('utf8', start + 5, topicEnd),
    bytes,
    start: from,
    end: to,
    // Written from one.
    qos: (flags & flag.qos) as Qos,
    isRetained: (flags & flag.isRetained) !== 0,
    properties,
    packetId: bytes.readUInt16LE(start + 1),
    isRepeated: false,
  }
  see(arrival, fingerprint(bytes, start + topicAt, to))
  return end
}

function fingerprint(bytes: Buffer, start: number, end: number): number {
  return crc32(bytes.subarray(start, end)) + ((end - start) & 0xf_ffff) * 0x1_0000_0000
}
