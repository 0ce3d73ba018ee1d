const seed = 0x9747b28c
const m = 0x5bd1e995

/** The hash by which Kafka's own clients choose the partition of a key. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  let hash = seed ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = wordAt(bytes, at)
    word = Math.imul(word, m)
    word ^= word >>> 24
    word = Math.imul(word, m)
    hash = Math.imul(hash, m) ^ word
  }
  const rest = length - at
  if (rest > 0) {
    hash ^= wordAt(bytes, at) & (0xff_ff_ff >>> ((3 - rest) * 8))
    hash = Math.imul(hash, m)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, m)
  return hash ^ (hash >>> 15)
}

/** Little-endian; bytes past the end count as 0. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

/** Among so many partitions, as Kafka's own clients do. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}
