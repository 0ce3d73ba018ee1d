import type { Qos } from '../wire/packet-type.ts'
import type { PublishProperties } from '../wire/publish-properties.ts'

/** A message as it lies in what was read from the socket. */
export interface Arrival {
  readonly topic: string
  /** Holds the payload from `start` to `end`; reused after the batch was handed over. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  readonly qos: Qos
  readonly isRetained: boolean
  readonly properties: PublishProperties | undefined
  /** 0 with QoS 0. */
  readonly packetId: number
  /** The broker says that it may have sent it before. */
  readonly isRepeated: boolean
}

/** The messages for one taker that came with one read. Filled and emptied again and again. */
export class InboundBatch {
  count = 0
  /** Whether any of them is to be acknowledged. */
  isAcknowledged = false
  readonly arrivals: Arrival[] = []

  get payloadBytes(): number {
    let sum = 0
    for (let index = 0; index < this.count; index += 1) {
      // Filled up to `count`.
      const arrival = this.arrivals[index] as Arrival
      sum += arrival.end - arrival.start
    }
    return sum
  }

  add(arrival: Arrival): void {
    this.arrivals[this.count] = arrival
    this.count += 1
    if (arrival.qos > 0) this.isAcknowledged = true
  }

  clear(): void {
    this.count = 0
    this.isAcknowledged = false
  }

  /** A copy with bytes of its own, of those that `keep` wants. */
  detached(keep: (arrival: Arrival) => boolean): InboundBatch {
    const copy = new InboundBatch()
    for (let index = 0; index < this.count; index += 1) {
      // Filled up to `count`.
      const arrival = this.arrivals[index] as Arrival
      if (!keep(arrival)) continue
      const bytes = Buffer.from(arrival.bytes.subarray(arrival.start, arrival.end))
      copy.add({ ...arrival, bytes, start: 0, end: bytes.length })
    }
    return copy
  }
}
