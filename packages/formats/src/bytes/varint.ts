import type { ByteReader } from './byte-reader.ts'
import { exact } from './byte-reader.ts'

/** LEB128 in two halves of 32 bits without sign. */
export interface Halves {
  low: number
  high: number
}

/** Reads up to ten bytes into the halves it is given, so that nothing is made for a number. */
export function readVarint(reader: ByteReader, into: Halves): void {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = reader.uint8()
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else high |= bits << (shift - 32)
    if (byte < 0x80) {
      into.low = low >>> 0
      into.high = high >>> 0
      return
    }
  }
  throw reader.problem('a number has more than 64 bits.')
}

/** Numbers with sign, small ones in few bytes: 0, −1, 1, −2, … */
export function unzigzag({ low, high }: Halves): number | bigint {
  const mask = -(low & 1)
  return exact((high >>> 1) ^ mask, (((low >>> 1) | (high << 31)) ^ mask) >>> 0)
}
