/** Bytes that grow, and what protobuf writes of them. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(65_536)
  private at = 0

  /** The tag of a field: its number and wire type. */
  tag(number: number, wire: number): void {
    this.room(1)
    this.buffer[this.at] = number * 8 + wire
    this.at += 1
  }

  /** A number of up to 53 bits, not negative. */
  varint(value: number): void {
    this.room(10)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.at] = (rest % 0x80) + 0x80
      this.at += 1
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.at] = rest
    this.at += 1
  }

  /** A signed 64-bit integer: ten bytes where it is negative. */
  integer(value: number): void {
    if (value >= 0) {
      this.varint(value)
      return
    }
    this.room(10)
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest >= 0x80n) {
      this.buffer[this.at] = Number(rest % 0x80n) + 0x80
      this.at += 1
      rest /= 0x80n
    }
    this.buffer[this.at] = Number(rest)
    this.at += 1
  }

  double(value: number): void {
    this.room(8)
    this.at = this.buffer.writeDoubleLE(value, this.at)
  }

  /** A text of so many bytes. */
  text(text: string, bytes: number): void {
    this.varint(bytes)
    this.room(bytes)
    this.at += this.buffer.write(text, this.at)
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.at)
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
  }
}

/** How many bytes `varint` makes. */
export function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest /= 0x80) bytes += 1
  return bytes
}

/** How many bytes `integer` makes. */
export function integerBytes(value: number): number {
  return value < 0 ? 10 : varintBytes(value)
}

/** A field of so many bytes, with its tag and its length. */
export function fieldBytes(length: number): number {
  return 1 + varintBytes(length) + length
}
