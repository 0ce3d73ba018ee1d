/** Each head is at least as long as this. */
export const headMin = 8

export interface FoundHeads {
  readonly at: number
  readonly heads: readonly string[]
}

/**
 * Looks for many heads in a text at the cost of the text, however many they are: the three
 * characters in which a window ends tell how far the next place is at which a head may begin.
 */
export class HeadIndex {
  private readonly heads: ReadonlySet<string>
  private readonly sorted: readonly string[]
  /** By the first characters of heads, the longest first. */
  private readonly lengths = new Map<string, number[]>()
  private readonly lengthMax: number
  /** By what three characters come to; that others may come to the same makes it smaller only. */
  private readonly skips: Uint8Array
  private readonly shift: number

  constructor(heads: Iterable<string>) {
    this.heads = new Set(heads)
    this.sorted = [...this.heads].toSorted()
    this.lengthMax = Math.max(0, ...this.sorted.map(({ length }) => length))
    const bits = Math.ceil(Math.log2(this.sorted.length * perHead + 1))
    this.shift = 32 - Math.min(Math.max(bits, bitsMin), bitsMax)
    this.skips = new Uint8Array(2 ** (32 - this.shift)).fill(skipMax)
    for (const head of this.sorted) this.add(head)
    for (const lengths of this.lengths.values()) lengths.sort((one, other) => other - one)
  }

  /** The first place from there on, and all the heads that stand at it, the longest first. */
  find(text: string, from: number): FoundHeads | undefined {
    const { length } = text
    const { skips } = this
    let at = from
    while (at + headMin <= length) {
      const skip = skips[this.slot(text, at + headMin - block)] ?? 0
      if (skip > 0) {
        at += skip
        continue
      }
      const heads = this.headsAt(text, at)
      if (heads.length > 0) return { at, heads }
      at += 1
    }
    return undefined
  }

  /** Where the longest beginning of a head stands that ends there, of at least so many characters. */
  findCut(text: string, end: number, lengthMin: number): number | undefined {
    for (let at = Math.max(0, end - this.lengthMax + 1); at + lengthMin <= end; at += 1) {
      if ((this.skips[this.slot(text, at)] ?? 0) === skipMax) continue
      if (this.isBeginning(text.slice(at, end))) return at
    }
    return undefined
  }

  private add(head: string): void {
    const first = head.slice(0, headMin)
    const lengths = this.lengths.get(first)
    if (lengths === undefined) this.lengths.set(first, [head.length])
    else if (!lengths.includes(head.length)) lengths.push(head.length)
    for (let at = 0; at < skipMax; at += 1) {
      const slot = this.slot(head, at)
      this.skips[slot] = Math.min(this.skips[slot] ?? 0, headMin - block - at)
    }
  }

  private headsAt(text: string, at: number): readonly string[] {
    const lengths = this.lengths.get(text.slice(at, at + headMin)) ?? []
    return lengths
      .map((length) => text.slice(at, at + length))
      .filter((head, index) => head.length === lengths[index] && this.heads.has(head))
  }

  private isBeginning(text: string): boolean {
    const { sorted } = this
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] ?? '') < text) low = middle + 1
      else high = middle
    }
    return sorted[low]?.startsWith(text) === true
  }

  private slot(text: string, at: number): number {
    const two = (text.charCodeAt(at) << 7) ^ text.charCodeAt(at + 1)
    const three = (two << 7) ^ text.charCodeAt(at + 2)
    return Math.imul(three, spread) >>> this.shift
  }
}

/** So many characters are looked at at once. */
const block = 3
const skipMax = headMin - block + 1
/** Slots for each, so that few come to the same. */
const perHead = 16
const [bitsMin, bitsMax] = [8, 16]
/** 2³² by the golden ratio: it spreads what is alike. */
const spread = 0x9e3779b1
