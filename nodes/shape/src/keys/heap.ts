/** A binary heap: the least by `isBefore` comes out first. */
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
    let at = items.length
    items.push(item)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent]
      if (above === undefined || !this.isBefore(item, above)) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  pop(): Item | undefined {
    const { items } = this
    const top = items[0]
    const last = items.pop()
    if (last !== undefined && items.length > 0) this.sink(last)
    return top
  }

  /** Puts an item in the place of the first, and from there where it belongs. */
  private sink(item: Item): void {
    const { items } = this
    for (let at = 0; ;) {
      const child = this.lesserChild(at)
      const below = items[child]
      if (below === undefined || !this.isBefore(below, item)) {
        items[at] = item
        return
      }
      items[at] = below
      at = child
    }
  }

  private lesserChild(at: number): number {
    const left = 2 * at + 1
    const [one, other] = [this.items[left], this.items[left + 1]]
    return one !== undefined && other !== undefined && this.isBefore(other, one) ? left + 1 : left
  }
}
