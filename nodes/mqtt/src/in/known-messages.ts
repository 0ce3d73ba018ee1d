/**
 * The QoS 1 and 2 messages that were taken in last, by packet id. One that the broker sends again
 * with the same id is the same message, as long as its content is the same.
 */
export class KnownMessages {
  private readonly limit: number
  private readonly byId = new Map<number, number>()

  constructor(limit: number) {
    this.limit = limit
  }

  get size(): number {
    return this.byId.size
  }

  add(packetId: number, fingerprint: number): void {
    const { byId } = this
    byId.delete(packetId)
    byId.set(packetId, fingerprint)
    if (byId.size <= this.limit) return
    for (const oldest of byId.keys()) {
      byId.delete(oldest)
      return
    }
  }

  has(packetId: number, fingerprint: number): boolean {
    return this.byId.get(packetId) === fingerprint
  }

  clear(): void {
    this.byId.clear()
  }
}
