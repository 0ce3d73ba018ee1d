/** What is known about a topic that was seen before. */
export interface KnownTopic<Value> {
  readonly topic: string
  readonly bytes: Uint8Array
  readonly value: Value
}

/** Topics come from outside, so the memory for them is bounded. */
const topicsMax = 20_000
/** Longer ones are decoded each time. */
const cachedBytesMax = 256

/**
 * Finds what belongs to a topic by its bytes, without making a string of them again: a stream has
 * few topics and many messages.
 */
export class TopicCache<Value> {
  private readonly known = new Map<number, KnownTopic<Value>>()
  private readonly valueOf: (topic: string) => Value

  constructor(valueOf: (topic: string) => Value) {
    this.valueOf = valueOf
  }

  find(bytes: Buffer, start: number, end: number): KnownTopic<Value> {
    const hash = hashOf(bytes, start, end)
    const found = this.known.get(hash)
    if (found !== undefined && isSame(found.bytes, bytes, start, end)) return found
    return this.learn(hash, Uint8Array.prototype.slice.call(bytes, start, end))
  }

  clear(): void {
    this.known.clear()
  }

  private learn(hash: number, bytes: Uint8Array): KnownTopic<Value> {
    const topic = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    const entry = { topic, bytes, value: this.valueOf(topic) }
    if (bytes.length > cachedBytesMax) return entry
    if (this.known.size >= topicsMax) this.known.clear()
    this.known.set(hash, entry)
    return entry
  }
}

/** FNV-1a, cut to what V8 keeps unboxed. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at += 1) {
    // Within bounds: `at < end`.
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  }
  return hash & 0x3fffffff
}

function isSame(known: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  const { length } = known
  if (length !== end - start) return false
  for (let at = 0; at < length; at += 1) if (known[at] !== bytes[start + at]) return false
  return true
}
