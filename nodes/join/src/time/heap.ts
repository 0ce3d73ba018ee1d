/** A binary heap: gives its items back in order, the first in the logarithm of their number. */
export class Heap<Item> {
  private readonly items: Item[] = []
  private readonly isBefore: (one: Item, other: Item) => boolean

  constructor(isBefore: (one: Item, other: Item) => boolean) {
    this.isBefore = isBefore
  }

  get size(): number {
    return this.items.length
  }

  get first(): Item | undefined {
    return this.items[0]
  }

  push(item: Item): void {
    const { items } = this
    let at = items.push(item) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above]
      if (parent === undefined || !this.isBefore(item, parent)) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  pop(): Item | undefined {
    const first = this.items[0]
    const last = this.items.pop()
    if (last !== undefined && this.items.length > 0) this.sink(last)
    return first
  }

  /** Puts the item in the place of the first one, and then where it belongs. */
  private sink(item: Item): void {
    const { items } = this
    let at = 0
    for (;;) {
      const below = this.firstBelow(at)
      const child = items[below]
      if (child === undefined || !this.isBefore(child, item)) break
      items[at] = child
      at = below
    }
    items[at] = item
  }

  private firstBelow(at: number): number {
    const left = 2 * at + 1
    const [one, other] = [this.items[left], this.items[left + 1]]
    const isRight = one !== undefined && other !== undefined && this.isBefore(other, one)
    return isRight ? left + 1 : left
  }
}
