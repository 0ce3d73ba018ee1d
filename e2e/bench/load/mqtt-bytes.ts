/**
 * Just enough of MQTT 3.1.1 to load a system under test: the generator must cost less than what
 * it measures, so it neither uses a client library nor decodes what it does not need.
 */

/** A PUBLISH packet; of QoS 1 where a packet id is given. */
export function publishPacket(topic: string, payload: Uint8Array | string, id?: number): Buffer {
  const topicBytes = Buffer.from(topic)
  const payloadBytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  const idBytes = id === undefined ? [] : [id >> 8, id & 255]
  const length = 2 + topicBytes.length + idBytes.length + payloadBytes.length
  const first = id === undefined ? 0x30 : 0x32
  const head = [first, ...remainingLength(length), topicBytes.length >> 8, topicBytes.length & 255]
  return Buffer.concat([Buffer.from(head), topicBytes, Buffer.from(idBytes), payloadBytes])
}

export function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId)
  const variable = Buffer.from([0, 4, 77, 81, 84, 84, 4, 2, 0, 0, id.length >> 8, id.length & 255])
  return Buffer.concat([
    Buffer.from([0x10, ...remainingLength(variable.length + id.length)]),
    variable,
    id,
  ])
}

export function subscribePacket(packetId: number, filter: string): Buffer {
  const bytes = Buffer.from(filter)
  const head = [packetId >> 8, packetId & 255, bytes.length >> 8, bytes.length & 255]
  return Buffer.concat([
    Buffer.from([0x82, ...remainingLength(head.length + bytes.length + 1)]),
    Buffer.from(head),
    bytes,
    Buffer.from([0]),
  ])
}

function remainingLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    const low = rest % 128
    rest = (rest - low) / 128
    bytes.push(rest > 0 ? low | 128 : low)
  } while (rest > 0)
  return bytes
}

/** Where a packet's body lies in the bytes at hand, and the first byte's lower half. */
export type OnPacket = (
  type: number,
  bytes: Buffer,
  from: number,
  to: number,
  flags: number,
) => void

/** Cuts a byte stream into packets. Returns the function to feed with chunks. */
export function packetReader(onPacket: OnPacket): (chunk: Buffer) => void {
  let rest: Buffer | undefined
  return (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    const used = readPackets(bytes, onPacket)
    rest = used === bytes.length ? undefined : bytes.subarray(used)
  }
}

function readPackets(bytes: Buffer, onPacket: OnPacket): number {
  let start = 0
  while (start + 2 <= bytes.length) {
    let length = 0
    let shift = 0
    let at = start + 1
    let isWhole = false
    while (at < bytes.length) {
      const byte = bytes.readUInt8(at)
      at += 1
      length += (byte & 127) * 2 ** shift
      shift += 7
      if (byte < 128) {
        isWhole = true
        break
      }
    }
    if (!isWhole || at + length > bytes.length) return start
    const first = bytes.readUInt8(start)
    onPacket(first >> 4, bytes, at, at + length, first & 15)
    start = at + length
  }
  return start
}
