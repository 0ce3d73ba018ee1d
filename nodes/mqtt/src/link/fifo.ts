/** A queue whose ends cost the same however long it is. */
export class Fifo<Item> {
  private items: (Item | undefined)[] = []
  private head = 0

  get size(): number {
    return this.items.length - this.head
  }

  push(item: Item): void {
    this.items.push(item)
  }

  peek(): Item | undefined {
    return this.items[this.head]
  }

  shift(): Item | undefined {
    const item = this.items[this.head]
    if (item === undefined) return undefined
    this.items[this.head] = undefined
    this.head += 1
    if (this.head >= 1024 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  /** Empties the queue. */
  drain(): readonly Item[] {
    const rest = this.items.slice(this.head)
    this.items = []
    this.head = 0
    // Only what lies before the head was taken out.
    return rest as Item[]
  }
}
