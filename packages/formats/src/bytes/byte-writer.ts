/** Writes numbers and texts into a buffer that grows, and is used again from payload to payload. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(256)
  private at = 0

  /** What was written, as bytes of its own; the next payload begins. */
  finish(): Uint8Array {
    const payload = new Uint8Array(this.bytes.subarray(0, this.at))
    this.at = 0
    // One large payload is no reason to keep that much for ever.
    if (this.bytes.length > keptMax) this.bytes = Buffer.allocUnsafe(256)
    return payload
  }

  /** Forgets what was written of a payload that came to nothing. */
  reset(): void {
    this.at = 0
  }

  get length(): number {
    return this.at
  }

  uint8(value: number): void {
    const at = this.room(1)
    this.bytes[at] = value
  }

  uint16(value: number): void {
    const at = this.room(2)
    this.bytes.writeUInt16BE(value, at)
  }

  uint32(value: number): void {
    const at = this.room(4)
    this.bytes.writeUInt32BE(value, at)
  }

  /** A whole number of 64 bits, as two's complement where it is negative. */
  int64(value: number | bigint): void {
    const at = this.room(8)
    this.bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)), at)
  }

  float32(value: number): void {
    const at = this.room(4)
    this.bytes.writeFloatBE(value, at)
  }

  float64(value: number): void {
    const at = this.room(8)
    this.bytes.writeDoubleBE(value, at)
  }

  raw(bytes: Uint8Array): void {
    const at = this.room(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** UTF-8 of which the length was asked for before. */
  text(text: string, length: number): void {
    const at = this.room(length)
    this.bytes.write(text, at, length, 'utf8')
  }

  /** LEB128 of a number of 64 bits without sign. */
  varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value > Number.MAX_SAFE_INTEGER) {
      this.bigVarint(BigInt.asUintN(64, BigInt(value)))
      return
    }
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.uint8((rest % 0x80) | 0x80)
    this.uint8(rest)
  }

  /** Numbers with sign, small ones in few bytes: 0, −1, 1, −2, … */
  zigzag(value: number | bigint): void {
    if (typeof value === 'number' && Math.abs(value) < 2 ** 52) {
      this.varint(value >= 0 ? value * 2 : -value * 2 - 1)
      return
    }
    const big = BigInt(value)
    this.bigVarint(big >= 0n ? big * 2n : -big * 2n - 1n)
  }

  /** What `write` writes, with its length in front. */
  delimited(write: () => void): void {
    const start = this.room(1)
    write()
    const length = this.at - start - 1
    if (length < 0x80) {
      this.bytes[start] = length
      return
    }
    const more = varintBytes(length) - 1
    this.room(more)
    this.bytes.copyWithin(start + 1 + more, start + 1, start + 1 + length)
    const end = this.at
    this.at = start
    this.varint(length)
    this.at = end
  }

  private bigVarint(value: bigint): void {
    let rest = value
    for (; rest >= 0x80n; rest >>= 7n) this.uint8(Number(rest & 0x7fn) | 0x80)
    this.uint8(Number(rest))
  }

  /** Where so many bytes may be written. */
  private room(count: number): number {
    const { at } = this
    this.at = at + count
    if (this.at > this.bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(this.at, this.bytes.length * 2))
      this.bytes.copy(wider, 0, 0, at)
      this.bytes = wider
    }
    return at
  }
}

const keptMax = 1_048_576

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1
  return bytes
}
