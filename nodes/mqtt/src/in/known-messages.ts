const firstRoom = 256

/**
 * The QoS 1 and 2 messages that were taken in last, by packet id. One that the broker sends again
 * with the same id is the same message, as long as its content is the same. Numbers by id, as this
 * is asked for every message; a map takes tens of times as long.
 */
export class KnownMessages {
  private readonly limit: number
  private fingerprints = new Float64Array(firstRoom)
  /** Which message that was, counted from 1; 0 where there was none. */
  private places = new Float64Array(firstRoom)
  private count = 0
  private countAtClear = 0

  /** Remembers so many, the latest. */
  constructor(limit: number) {
    this.limit = limit
  }

  /** How many of the latest messages it has been told of, up to its limit. */
  get size(): number {
    return Math.min(this.count - this.countAtClear, this.limit)
  }

  add(packetId: number, fingerprint: number): void {
    if (packetId >= this.places.length) this.makeRoom(packetId)
    this.count += 1
    this.fingerprints[packetId] = fingerprint
    this.places[packetId] = this.count
  }

  has(packetId: number, fingerprint: number): boolean {
    const place = this.places[packetId] ?? 0
    if (place === 0 || place <= this.count - this.limit) return false
    return this.fingerprints[packetId] === fingerprint
  }

  clear(): void {
    this.places.fill(0)
    this.countAtClear = this.count
  }

  private makeRoom(packetId: number): void {
    const room = 2 ** Math.ceil(Math.log2(packetId + 1))
    const { fingerprints, places } = this
    this.fingerprints = new Float64Array(room)
    this.fingerprints.set(fingerprints)
    this.places = new Float64Array(room)
    this.places.set(places)
  }
}
