/**
 * The lowest of many numbers of which one changes at a time: a tree of minima in one array, so that
 * a change costs the logarithm of their count.
 */
export class Lowest {
  private size = 1
  private tree = new Float64Array(2).fill(Infinity)

  get value(): number {
    return this.tree[1] ?? Infinity
  }

  /** Of which index it is; −1 where there is none. */
  get index(): number {
    const { tree, value } = this
    if (value === Infinity) return -1
    let at = 1
    while (at < this.size) at = at * 2 + (tree[at * 2] === value ? 0 : 1)
    return at - this.size
  }

  set(index: number, value: number): void {
    while (index >= this.size) this.grow()
    const { tree } = this
    let at = this.size + index
    tree[at] = value
    for (at >>= 1; at >= 1; at >>= 1) {
      const left = tree[at * 2] ?? Infinity
      const right = tree[at * 2 + 1] ?? Infinity
      const least = left < right ? left : right
      if (tree[at] === least) return
      tree[at] = least
    }
  }

  private grow(): void {
    const leaves = this.tree.subarray(this.size)
    const size = this.size * 2
    const tree = new Float64Array(size * 2).fill(Infinity)
    tree.set(leaves, size)
    for (let at = size - 1; at >= 1; at -= 1) {
      tree[at] = Math.min(tree[at * 2] ?? Infinity, tree[at * 2 + 1] ?? Infinity)
    }
    this.size = size
    this.tree = tree
  }
}
