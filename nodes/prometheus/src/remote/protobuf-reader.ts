/** What is wrong with the bytes. */
export class BadBytes extends Error {}

/** Messages within messages; empty ones take two bytes each, and far more once they are read. */
const messagesMax = 1_000_000

/** Reads protobuf's wire format, field by field, within its bounds. */
export class ProtobufReader {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly end: number
  /** Messages that may still come, in all that is read of these bytes. */
  private readonly left: { messages: number }
  private at: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, left = { messages: messagesMax }) {
    this.bytes = bytes
    this.left = left
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = start
    this.end = end
  }

  /** The next field's number and wire type, or `undefined` at the end. */
  field(): { readonly number: number; readonly wire: number } | undefined {
    if (this.at >= this.end) return undefined
    const tag = this.integer()
    const number = Math.floor(tag / 8)
    if (!(number > 0)) throw new BadBytes('a field has no number')
    return { number, wire: tag % 8 }
  }

  /** A signed 64-bit integer as a number; of more than 53 bits, the nearest. */
  integer(): number {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new BadBytes('it breaks off within a number')
      const byte = this.bytes[this.at] ?? 0
      this.at += 1
      const part = byte & 0x7f
      if (shift < 28) low += part * 2 ** shift
      else high += part * 2 ** (shift - 28)
      if (byte < 0x80) return signed(high * 2 ** 28 + low, high, low)
    }
    throw new BadBytes('a number is too long')
  }

  /** The two halves of a double, high first. */
  doubleBits(): { readonly value: number; readonly high: number; readonly low: number } {
    const at = this.advance(8)
    return {
      value: this.view.getFloat64(at, true),
      high: this.view.getUint32(at + 4, true),
      low: this.view.getUint32(at, true),
    }
  }

  text(): string {
    const length = this.integer()
    const at = this.advance(length)
    return decoder.decode(this.bytes.subarray(at, at + length))
  }

  /** A message within this one. */
  message(): ProtobufReader {
    const length = this.integer()
    const at = this.advance(length)
    this.left.messages -= 1
    if (this.left.messages < 0) {
      throw new BadBytes(`there are more than ${messagesMax} series, labels and samples in it`)
    }
    return new ProtobufReader(this.bytes, at, at + length, this.left)
  }

  skip(wire: number): void {
    if (wire === 0) this.integer()
    else if (wire === 1) this.advance(8)
    else if (wire === 2) this.advance(this.integer())
    else if (wire === 5) this.advance(4)
    else throw new BadBytes('a field is of an unknown kind')
  }

  private advance(length: number): number {
    const at = this.at
    if (length < 0 || at + length > this.end) throw new BadBytes('it breaks off')
    this.at = at + length
    return at
  }
}

// Without state between calls. Names and labels must be UTF-8.
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Ten bytes of a varint are a negative number in two's complement. */
function signed(value: number, high: number, low: number): number {
  if (high < 2 ** 35) return value
  const exact = BigInt.asIntN(64, BigInt(high) * 2n ** 28n + BigInt(low))
  return Number(exact)
}
