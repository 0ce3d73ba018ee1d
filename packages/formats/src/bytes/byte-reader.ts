import { FormatError } from '../format-error.ts'
import { asBuffer } from '../json/json-text.ts'
import { limits } from '../limits.ts'

/** Reads numbers and texts off bytes, and never past their end. Whole numbers are exact. */
export class ByteReader {
  /** Offset of the byte to be read next. */
  at = 0
  end: number
  private readonly bytes: Buffer
  private depth = 0
  private spent = 0

  constructor(bytes: Uint8Array) {
    this.bytes = asBuffer(bytes)
    this.end = this.bytes.length
  }

  get left(): number {
    return this.end - this.at
  }

  /** Passes over so many bytes and gives where they begin. */
  take(count: number): number {
    const start = this.at
    if (!(count <= this.end - start)) throw this.truncated()
    this.at = start + count
    return start
  }

  uint8(): number {
    return this.bytes[this.take(1)] ?? 0
  }

  uint16(): number {
    return this.bytes.readUInt16BE(this.take(2))
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.take(4))
  }

  uint64(): number | bigint {
    const start = this.take(8)
    return exact(this.bytes.readUInt32BE(start), this.bytes.readUInt32BE(start + 4))
  }

  int8(): number {
    return this.bytes.readInt8(this.take(1))
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2))
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4))
  }

  int64(): number | bigint {
    const start = this.take(8)
    return exact(this.bytes.readInt32BE(start), this.bytes.readUInt32BE(start + 4))
  }

  float32(): number {
    return this.bytes.readFloatBE(this.take(4))
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.take(8))
  }

  /** UTF-8; what is none becomes U+FFFD. */
  text(count: number): string {
    const start = this.take(count)
    return this.bytes.toString('utf8', start, start + count)
  }

  /** A copy. */
  raw(count: number): Uint8Array {
    const start = this.take(count)
    return new Uint8Array(this.bytes.subarray(start, start + count))
  }

  /** The bytes themselves, for what does not keep them. */
  part(count: number): Buffer {
    const start = this.take(count)
    return this.bytes.subarray(start, start + count)
  }

  /** Items or entries that take a byte each at least: more than there are bytes left cannot be. */
  count(claimed: number | bigint): number {
    if (claimed <= this.left) return Number(claimed)
    throw this.truncated()
  }

  /** Counts values that may take no bytes at all, over the whole of the payload. */
  spend(values: number): void {
    this.spent += values
    if (this.spent <= limits.values + this.bytes.length) return
    throw this.problem(`it stands for more than ${limits.values} values.`, 'FORMAT_LIMIT')
  }

  /** Steps into a value inside a value. */
  enter(): void {
    this.depth += 1
    if (this.depth <= limits.depth) return
    throw this.problem(`nested more than ${limits.depth} levels deep.`, 'FORMAT_LIMIT')
  }

  leave(): void {
    this.depth -= 1
  }

  /** To be called behind the one value that a payload holds. */
  finish(): void {
    if (this.left > 0) throw this.problem(`the value ends here, but ${this.left} bytes follow.`)
  }

  problem(sentence: string, code: 'FORMAT_DECODE' | 'FORMAT_LIMIT' = 'FORMAT_DECODE'): FormatError {
    return new FormatError(code, sentence, { offset: this.at })
  }

  truncated(): FormatError {
    return this.problem('the payload ends in the middle of a value.')
  }
}

/** The number that these halves of 64 bits make; `high` decides about the sign. */
export function exact(high: number, low: number): number | bigint {
  if (high >= -0x20_0000 && high < 0x20_0000) {
    const value = high * 2 ** 32 + low
    if (value >= Number.MIN_SAFE_INTEGER) return value
  }
  return BigInt(high) * 2n ** 32n + BigInt(low)
}
