import { MalformedPacket } from './malformed-packet.ts'

/**
 * Called for each complete packet: its bytes are `bytes[start … end)`, the part after the fixed
 * header begins at `body`. The bytes may be reused after the call.
 */
export type OnPacket = (bytes: Buffer, start: number, body: number, end: number) => void

/**
 * Cuts the bytes of a connection into control packets. A packet that lies whole within a chunk is
 * handed on in place; one that spans chunks is gathered in a buffer of its own size.
 */
export class PacketSplitter {
  private readonly onPacket: OnPacket
  private readonly packetBytesMax: number
  /** The packet that began in an earlier chunk: first its header, then all of it. */
  private partial: Buffer | undefined
  private gathered = 0
  private isSized = false

  constructor(onPacket: OnPacket, packetBytesMax: number) {
    this.onPacket = onPacket
    this.packetBytesMax = packetBytesMax
  }

  /** Throws `MalformedPacket`; the connection is of no use then. */
  feed(chunk: Buffer): void {
    let at = this.partial === undefined ? 0 : this.continuePartial(chunk)
    const length = chunk.length
    while (at < length) {
      const body = bodyOffset(chunk, at, length)
      if (body === undefined) break
      const end = body + remainingLength(chunk, at + 1)
      if (end - at > this.packetBytesMax) throw tooLong(end - at, this.packetBytesMax)
      if (end > length) {
        this.begin(end - at, true)
        break
      }
      this.onPacket(chunk, at, body, end)
      at = end
    }
    if (at < length) this.gather(chunk, at, length)
  }

  private begin(size: number, isSized: boolean): void {
    this.partial = Buffer.allocUnsafeSlow(size)
    this.gathered = 0
    this.isSized = isSized
  }

  private gather(chunk: Buffer, from: number, to: number): void {
    if (this.partial === undefined) this.begin(fixedHeaderMax, false)
    this.gathered += chunk.copy(this.partial ?? chunk, this.gathered, from, to)
  }

  /** Gives how much of the chunk went into the packet that was begun before. */
  private continuePartial(chunk: Buffer): number {
    let at = this.isSized ? 0 : this.completeHeader(chunk)
    const { partial } = this
    if (partial === undefined || !this.isSized) return at
    const taken = Math.min(partial.length - this.gathered, chunk.length - at)
    this.gather(chunk, at, at + taken)
    at += taken
    if (this.gathered < partial.length) return at
    this.partial = undefined
    const body = bodyOffset(partial, 0, partial.length)
    if (body !== undefined) this.onPacket(partial, 0, body, partial.length)
    return at
  }

  private completeHeader(chunk: Buffer): number {
    let at = 0
    let header = this.partial ?? chunk
    while (bodyOffset(header, 0, this.gathered) === undefined) {
      if (at === chunk.length) return at
      this.gather(chunk, at, at + 1)
      at += 1
    }
    const known = this.gathered
    const size = known + remainingLength(header, 1)
    if (size > this.packetBytesMax) throw tooLong(size, this.packetBytesMax)
    header = header.subarray(0, known)
    this.begin(size, true)
    this.gather(header, 0, known)
    return at
  }
}

/** One byte of type and flags, up to four of length. */
const fixedHeaderMax = 5

/** Where the body begins, or `undefined` while the header is not complete. */
function bodyOffset(bytes: Buffer, start: number, end: number): number | undefined {
  for (let at = start + 1; at < end; at += 1) {
    // Within bounds: `at < end`.
    if ((bytes[at] as number) < 0x80) return at + 1
    // MQTT-1.5.5: at most four bytes.
    if (at - start === 4) throw new MalformedPacket('The length of a packet has more than 4 bytes.')
  }
  return undefined
}

function remainingLength(bytes: Buffer, start: number): number {
  // Complete, as `bodyOffset` has found.
  let byte = bytes[start] as number
  let value = byte & 0x7f
  for (let at = start + 1, shift = 7; byte >= 0x80; at += 1, shift += 7) {
    byte = bytes[at] as number
    value |= (byte & 0x7f) << shift
  }
  return value
}

function tooLong(size: number, max: number): MalformedPacket {
  return new MalformedPacket(`A packet of ${size} bytes exceeds the longest allowed, ${max}.`)
}
