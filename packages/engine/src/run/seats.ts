/** The numbers by which nodes appear in the host's marker. */
export class Seats {
  private readonly taken: (string | undefined)[] = []
  private readonly free: number[] = []

  take(node: string): number {
    const index = this.free.pop() ?? this.taken.length
    this.taken[index] = node
    return index
  }

  release(index: number): void {
    this.taken[index] = undefined
    this.free.push(index)
  }

  at(index: number): string | undefined {
    return this.taken[index]
  }
}
