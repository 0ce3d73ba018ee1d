/** Bytes that came and were not taken yet, in one piece. Grows as it must, and moves little. */
export class ByteQueue {
  private bytes = Buffer.allocUnsafe(firstRoom)
  private start = 0
  private end = 0

  get length(): number {
    return this.end - this.start
  }

  append(chunk: Uint8Array): void {
    if (this.end + chunk.length > this.bytes.length) this.makeRoom(chunk.length)
    this.bytes.set(chunk, this.end)
    this.end += chunk.length
  }

  /** A view that is good until the next `append`. */
  view(from = 0, to = this.length): Buffer {
    return this.bytes.subarray(this.start + from, this.start + to)
  }

  drop(count: number): void {
    this.start += count
    if (this.start < this.end) return
    this.start = this.end = 0
    if (this.bytes.length > keptRoom) this.bytes = Buffer.allocUnsafe(firstRoom)
  }

  private makeRoom(wanted: number): void {
    const length = this.length
    const needed = length + wanted
    // Views given out earlier must not change under those who still read them.
    const next = Buffer.allocUnsafe(Math.max(firstRoom, needed * 2))
    this.bytes.copy(next, 0, this.start, this.end)
    this.bytes = next
    this.start = 0
    this.end = length
  }
}

const firstRoom = 4096
/** More is given back once it is empty. */
const keptRoom = 1_048_576
