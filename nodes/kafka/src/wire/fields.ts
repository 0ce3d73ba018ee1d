/** Offsets and times: more than 2^53 of either never come to be. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
}

export function writeInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at)
  bytes.writeUInt32BE(value % 2 ** 32 < 0 ? (value % 2 ** 32) + 2 ** 32 : value % 2 ** 32, at + 4)
}

/** Reads the fields of a record one after the other. Throws a RangeError at the end of the bytes. */
export class FieldReader {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  int8(): number {
    return this.bytes.readInt8(this.at++)
  }

  /** A number in zigzag form with as many bytes as it needs. */
  varInt(): number {
    const { bytes } = this
    let byte = bytes[this.at] ?? 0x80
    this.at += 1
    // Most have one byte or two.
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let value = byte & 0x7f
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      if (this.at >= bytes.length) throw new RangeError('A record ends in the midst of a number.')
      byte = bytes[this.at] ?? 0
      this.at += 1
      value += (byte & 0x7f) * scale
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Bytes of a length that stands before them; null where there are none. */
  varBytes(): Buffer | null {
    const length = this.varInt()
    if (length < 0) return null
    const end = this.at + length
    if (end > this.bytes.length) throw new RangeError('A record is shorter than it says.')
    const bytes = this.bytes.subarray(this.at, end)
    this.at = end
    return bytes
  }
}

/** Bytes that grow as fields are written behind one another. */
export class FieldWriter {
  at = 0
  private bytes: Buffer

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size)
  }

  /** What was written. It is not written to any more once this was asked for. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at)
  }

  int8(value: number): void {
    this.need(1)
    this.bytes[this.at++] = value & 0xff
  }

  int32(value: number): void {
    this.need(4)
    this.at = this.bytes.writeInt32BE(value | 0, this.at)
  }

  varInt(value: number): void {
    this.need(10)
    const { bytes } = this
    let rest = value >= 0 ? value * 2 : -value * 2 - 1
    while (rest >= 0x80) {
      bytes[this.at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    bytes[this.at++] = rest
  }

  varBytes(value: Uint8Array | null): void {
    if (value === null) return this.varInt(-1)
    this.varInt(value.length)
    this.raw(value)
  }

  raw(value: Uint8Array): void {
    this.need(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  private need(length: number): void {
    const size = this.at + length
    if (size <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(size, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }
}

/** How many bytes `varInt` takes for a number. */
export function varIntLength(value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  let length = 1
  while (rest >= 0x80) {
    rest = Math.floor(rest / 128)
    length += 1
  }
  return length
}
