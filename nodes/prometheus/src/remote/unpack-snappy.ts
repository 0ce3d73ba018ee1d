/** What is wrong with the block. */
export class BadSnappy extends Error {}

/**
 * Unpacks a block of snappy (google/snappy, format_description.txt). Our own, because the bytes come
 * from outside: snappyjs goes backwards, and so never ends, on a literal of negative length.
 */
export function unpackSnappy(packed: Uint8Array, bytesMax: number): Uint8Array {
  const { length, start } = readLength(packed)
  if (length > bytesMax) throw new BadSnappy(`It unpacks to more than ${bytesMax} bytes.`)
  // No element makes more than 64 bytes out of 2: what claims more is not worth the memory.
  if (length > packed.length * 32) throw broken()
  const bytes = new Uint8Array(length)
  let from = start
  let to = 0
  while (from < packed.length) {
    const tag = packed[from] ?? 0
    from += 1
    if ((tag & 3) === 0) {
      const literal = readLiteral(packed, tag, from)
      from = literal.start + literal.length
      if (from > packed.length || to + literal.length > length) throw broken()
      bytes.set(packed.subarray(literal.start, from), to)
      to += literal.length
    } else {
      const copy = readCopy(packed, tag, from)
      from = copy.next
      if (copy.offset === 0 || copy.offset > to || to + copy.length > length) throw broken()
      copyWithin(bytes, to, copy)
      to += copy.length
    }
  }
  if (to !== length) throw broken()
  return bytes
}

function readLength(packed: Uint8Array): { readonly length: number; readonly start: number } {
  let length = 0
  for (let at = 0; at < 5 && at < packed.length; at += 1) {
    const byte = packed[at] ?? 0
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return { length, start: at + 1 }
  }
  throw broken()
}

function readLiteral(
  packed: Uint8Array,
  tag: number,
  at: number,
): { readonly start: number; readonly length: number } {
  const size = tag >> 2
  if (size < 60) return { start: at, length: size + 1 }
  const width = size - 59
  return { start: at + width, length: numberAt(packed, at, width) + 1 }
}

interface Copy {
  readonly offset: number
  readonly length: number
  readonly next: number
}

function readCopy(packed: Uint8Array, tag: number, at: number): Copy {
  if ((tag & 3) === 1) {
    const offset = (tag >> 5) * 256 + numberAt(packed, at, 1)
    return { offset, length: ((tag >> 2) & 7) + 4, next: at + 1 }
  }
  const width = (tag & 3) === 2 ? 2 : 4
  return { offset: numberAt(packed, at, width), length: (tag >> 2) + 1, next: at + width }
}

/** Little-endian, without a sign. */
function numberAt(packed: Uint8Array, at: number, width: number): number {
  if (at + width > packed.length) throw broken()
  let number = 0
  for (let index = width - 1; index >= 0; index -= 1) {
    number = number * 256 + (packed[at + index] ?? 0)
  }
  return number
}

/** Byte by byte where the copy overlaps what it makes: that repeats it. */
function copyWithin(bytes: Uint8Array, to: number, { offset, length }: Copy): void {
  if (offset >= length) {
    bytes.copyWithin(to, to - offset, to - offset + length)
    return
  }
  for (let at = to; at < to + length; at += 1) bytes[at] = bytes[at - offset] ?? 0
}

function broken(): BadSnappy {
  return new BadSnappy('It is no block of snappy.')
}
