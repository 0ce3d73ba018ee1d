import { MalformedPacket } from '../wire/malformed-packet.ts'
import type { Qos } from '../wire/packet-type.ts'
import { readPublishProperties } from '../wire/publish-properties.ts'
import type { PublishProperties } from '../wire/publish-properties.ts'
import { TopicCache } from '../wire/topic-cache.ts'
import { Acknowledgements, asReceived } from './acknowledgements.ts'
import type { Receipt, Reception } from './acknowledgements.ts'
import type { Arrival } from './inbound-batch.ts'
import type { Taker } from './taker.ts'

/** While a taker is paused but the broker has to be heard, this much waits for it in memory. */
const parkedBytesMax = 8_388_608

/** What the broker publishes to us: to whom it goes, and when it is acknowledged. */
export class Inbox {
  /** QoS 0 messages given up because their taker was paused for too long. */
  droppedCount = 0
  private readonly isVersion5: boolean
  private readonly acknowledgements: Acknowledgements
  private readonly append: (bytes: Uint8Array) => void
  private readonly topics: TopicCache<readonly Taker[]>
  private takers: readonly Taker[] = []
  /** Takers that the present read has something for. */
  private dirty: Taker[] = []
  private receipt: Receipt | undefined
  private received = new Map<number, Reception>()
  /** The broker has begun a new session, and has not published anything in it yet. */
  private isNewSession = false

  constructor(options: {
    readonly isVersion5: boolean
    readonly append: (bytes: Uint8Array) => void
  }) {
    this.isVersion5 = options.isVersion5
    this.append = options.append
    this.acknowledgements = new Acknowledgements(options.append)
    this.topics = new TopicCache((topic) => this.takers.filter((taker) => taker.matches(topic)))
  }

  setTakers(takers: readonly Taker[]): void {
    if (this.isNewSession) {
      for (const taker of takers) if (!this.takers.includes(taker)) taker.wants.onNewSession?.()
    }
    this.takers = takers
    this.topics.clear()
  }

  onPublish(bytes: Buffer, start: number, body: number, end: number): void {
    // In place or undefined, which fails the checks: positions are compared before they are used.
    const flags = bytes[start] as number
    const topicStart = body + 2
    const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number))
    const qos = (flags >> 1) & 3
    let at = qos === 0 ? topicEnd : topicEnd + 2
    if (qos === 3 || at > end || topicEnd === topicStart) throw notWellFormed()
    let properties: PublishProperties | undefined
    if (this.isVersion5) {
      if (at < end && bytes[at] === 0) at += 1
      else {
        const length = propertiesLength(bytes, at, end)
        at = length.end + length.value
        if (at > end) throw notWellFormed()
        properties = readPublishProperties(bytes, length.end, at)
      }
    }
    this.isNewSession = false
    const packetId = qos === 0 ? 0 : bytes.readUInt16BE(topicEnd)
    if (qos > 0 && !this.isNews(qos, packetId)) return
    const known = this.topics.find(bytes, topicStart, topicEnd)
    const { topic } = known
    const isRetained = (flags & 1) === 1
    const isRepeated = (flags & 8) !== 0
    const arrival: Arrival = {
      topic,
      bytes,
      start: at,
      end,
      // 3 was excluded above.
      qos: qos as Qos,
      isRetained,
      properties,
      packetId,
      isRepeated,
    }
    this.give(arrival, known.value)
  }

  /** The broker releases the id of a QoS 2 message; gives whether it was one of ours. */
  onPubrel(id: number): void {
    this.received.delete(id)
    const bytes = Buffer.from([0x70, 2, id >> 8, id & 0xff])
    this.append(bytes)
  }

  /** All of the read has been looked at. */
  endOfRead(): void {
    const { dirty, receipt } = this
    if (receipt !== undefined) {
      this.receipt = undefined
      this.acknowledgements.add(receipt)
    }
    if (dirty.length > 0) {
      this.dirty = []
      // Counted before any of it can settle.
      if (receipt !== undefined) {
        for (const taker of dirty) if (taker.batch.isAcknowledged) receipt.outstanding += 1
      }
      for (const taker of dirty) this.deliver(taker, receipt)
    }
    if (receipt !== undefined) this.settle(receipt)
  }

  onConnected(isSessionPresent: boolean): void {
    this.isNewSession = !isSessionPresent
    if (isSessionPresent) return
    this.received.clear()
    for (const taker of this.takers) taker.wants.onNewSession?.()
  }

  onDisconnected(): void {
    this.acknowledgements.clear()
    this.receipt = undefined
    for (const taker of this.dirty) taker.batch.clear()
    this.dirty = []
  }

  private give(arrival: Arrival, takers: readonly Taker[]): void {
    for (const taker of takers) {
      if (taker.batch.count === 0) this.dirty.push(taker)
      taker.batch.add(arrival)
    }
  }

  /** Notes the packet id; gives whether the message is one that was not seen before. */
  private isNews(qos: number, id: number): boolean {
    // One for its being read, so that nothing is acknowledged before all is handed over.
    this.receipt ??= { ids: [], receptions: [], outstanding: 1 }
    const { receipt } = this
    if (qos === 1) {
      receipt.ids.push(id)
      return true
    }
    receipt.ids.push(id | asReceived)
    const before = this.received.get(id)
    if (before === undefined) {
      const reception = { isSettled: false, waiting: undefined }
      this.received.set(id, reception)
      receipt.receptions.push(reception)
    } else if (!before.isSettled && before.waiting === undefined) {
      before.waiting = receipt
      receipt.outstanding += 1
    }
    return before === undefined
  }

  private deliver(taker: Taker, receipt: Receipt | undefined): void {
    const { batch } = taker
    const settled = this.settledOf(taker, batch.isAcknowledged ? receipt : undefined)
    try {
      if (taker.state === 'running') taker.hand(settled)
      else this.park(taker, settled)
    } finally {
      batch.clear()
    }
  }

  private settledOf(taker: Taker, receipt: Receipt | undefined): (error?: unknown) => void {
    if (receipt === undefined) return ignore
    return (error) => {
      // Given up while the flow ends: not acknowledged, so that it comes again.
      if (error !== undefined && taker.state === 'stopped') {
        taker.withhold(() => this.settle(receipt))
      } else this.settle(receipt)
    }
  }

  private settle(receipt: Receipt): void {
    receipt.outstanding -= 1
    if (receipt.outstanding > 0) return
    for (const reception of receipt.receptions) {
      reception.isSettled = true
      if (reception.waiting !== undefined) this.settle(reception.waiting)
    }
    this.acknowledgements.flush()
  }

  private park(taker: Taker, settled: (error?: unknown) => void): void {
    const isFull = taker.state === 'stopped' || taker.parkedBytes > parkedBytesMax
    const kept = taker.batch.detached((arrival) => arrival.qos > 0 || !isFull)
    if (taker.state === 'paused') this.droppedCount += taker.batch.count - kept.count
    if (kept.count > 0) taker.park(kept, settled)
    else settled()
  }
}

function ignore(): void {
  // QoS 0: nobody waits to hear of it.
}

function notWellFormed(): MalformedPacket {
  return new MalformedPacket('The broker sent a PUBLISH that is not well formed.')
}

function propertiesLength(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly value: number; readonly end: number } {
  let value = 0
  for (let at = start, shift = 0; at < end && shift <= 21; at += 1, shift += 7) {
    // Within bounds: `at < end`.
    const byte = bytes[at] as number
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return { value, end: at + 1 }
  }
  throw notWellFormed()
}
