/** What is known about a topic that was seen before. */
export interface KnownTopic<Value> {
  readonly topic: string
  readonly value: Value
}

/** Topics come from outside, so the memory for them is bounded. */
const topicsMax = 20_000
/** Longer ones are decoded each time. */
const cachedBytesMax = 256
/** So are those whose place is that of too many others, as somebody may have chosen them for. */
const probesMax = 16

/** Of a slot: number of the topic from 1, or 0; hash; place and length of its bytes. */
const slotSize = 4
const firstSlots = 64
const firstBytes = 1024

/**
 * Finds what belongs to a topic by its bytes, without making a string of them again: a stream has
 * few topics and many messages. Slots and bytes lie close together, as with a thousand topics most of
 * the time would go into fetching objects from all over the memory.
 */
export class TopicCache<Value> {
  private readonly valueOf: (topic: string) => Value
  private slots = new Int32Array(firstSlots * slotSize)
  private bytes = Buffer.alloc(firstBytes)
  private bytesUsed = 0
  private known: KnownTopic<Value>[] = []

  constructor(valueOf: (topic: string) => Value) {
    this.valueOf = valueOf
  }

  find(bytes: Buffer, start: number, end: number): KnownTopic<Value> {
    const hash = hashOf(bytes, start, end)
    const length = end - start
    const { slots } = this
    const last = slots.length - slotSize
    for (let probe = 0, at = (hash * slotSize) & last; probe < probesMax; probe += 1) {
      // Within bounds: slots are a power of two, and so begins each.
      const number = slots[at] as number
      if (number === 0) break
      if (slots[at + 1] === hash && slots[at + 3] === length) {
        const known = this.known[number - 1]
        const place = slots[at + 2] as number
        if (known !== undefined && this.isSame(place, bytes, start, end)) return known
      }
      at = (at + slotSize) & last
    }
    return this.learn(hash, bytes.subarray(start, end))
  }

  clear(): void {
    this.slots = new Int32Array(firstSlots * slotSize)
    this.bytes = Buffer.alloc(firstBytes)
    this.bytesUsed = 0
    this.known = []
  }

  private isSame(place: number, bytes: Buffer, start: number, end: number): boolean {
    const own = this.bytes
    for (let at = start, ownAt = place; at < end; at += 1, ownAt += 1) {
      if (own[ownAt] !== bytes[at]) return false
    }
    return true
  }

  private learn(hash: number, bytes: Buffer): KnownTopic<Value> {
    const topic = bytes.toString('utf8')
    const entry = { topic, value: this.valueOf(topic) }
    if (bytes.length > cachedBytesMax) return entry
    if (this.known.length >= topicsMax) this.clear()
    // At most half of the slots are taken.
    if ((this.known.length + 1) * 2 * slotSize > this.slots.length) this.grow()
    if (this.put(this.known.length + 1, hash, this.bytesUsed, bytes.length)) {
      this.known.push(entry)
      this.keepBytes(bytes)
    }
    return entry
  }

  private keepBytes(bytes: Buffer): void {
    const used = this.bytesUsed + bytes.length
    if (used > this.bytes.length) {
      const larger = Buffer.alloc(this.bytes.length * 2)
      this.bytes.copy(larger)
      this.bytes = larger
    }
    bytes.copy(this.bytes, this.bytesUsed)
    this.bytesUsed = used
  }

  private grow(): void {
    const before = this.slots
    this.slots = new Int32Array(before.length * 2)
    for (let at = 0; at < before.length; at += slotSize) {
      const [number = 0, hash = 0, place = 0, length = 0] = before.subarray(at, at + slotSize)
      if (number > 0) this.put(number, hash, place, length)
    }
  }

  /** Gives whether there was a slot for it. */
  private put(number: number, hash: number, place: number, length: number): boolean {
    const { slots } = this
    const last = slots.length - slotSize
    let at = (hash * slotSize) & last
    for (let probe = 0; probe < probesMax; probe += 1) {
      if (slots[at] === 0) {
        slots.set([number, hash, place, length], at)
        return true
      }
      at = (at + slotSize) & last
    }
    return false
  }
}

/** As FNV-1a, four bytes at a time; at most 28 bits, so that V8 keeps it and its slot unboxed. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start)
  let at = start
  // Within bounds: up to `end`.
  for (; at + 4 <= end; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
    const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)
    hash = Math.imul(hash ^ low ^ (high << 16), 0x01000193)
    // The high bytes of a word would change high bits alone.
    hash ^= hash >>> 15
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return (hash ^ (hash >>> 13)) & 0xfffffff
}
