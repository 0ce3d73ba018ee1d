import { packetType } from '../wire/packet-type.ts'

/** What one read brought that the broker waits to hear of. */
export interface Receipt {
  /** Packet ids in the order of arrival; those of QoS 2 with `asReceived` added. */
  readonly ids: number[]
  /** The QoS 2 messages among them. */
  readonly receptions: Reception[]
  /** How much of it is not yet dealt with. */
  outstanding: number
}

/** A QoS 2 message between its PUBLISH and its PUBREL. */
export interface Reception {
  isSettled: boolean
  /** The receipt that waits for it after the broker has sent it once more. */
  waiting: Receipt | undefined
}

/** Marks an id that is answered by PUBREC instead of PUBACK. */
export const asReceived = 0x1_0000

/**
 * Acknowledges in the order of arrival [MQTT-4.6.0-2, -3], each once the flow has dealt with it.
 */
export class Acknowledgements {
  private readonly append: (bytes: Uint8Array) => void
  private queue: Receipt[] = []

  constructor(append: (bytes: Uint8Array) => void) {
    this.append = append
  }

  get isEmpty(): boolean {
    return this.queue.length === 0
  }

  add(receipt: Receipt): void {
    this.queue.push(receipt)
  }

  /** Writes what is due. */
  flush(): void {
    let done = 0
    while (this.queue[done]?.outstanding === 0) done += 1
    if (done === 0) return
    const ids = this.queue.splice(0, done).flatMap((receipt) => receipt.ids)
    const bytes = Buffer.allocUnsafe(ids.length * 4)
    let at = 0
    for (const id of ids) at = bytes.writeUInt32BE(acknowledgement(id), at)
    this.append(bytes)
  }

  /** The connection is gone; the broker sends again what it has not heard of. */
  clear(): void {
    this.queue = []
  }
}

/** Type, length 2 and id in one number; without a reason code, which means success. */
function acknowledgement(id: number): number {
  const type = id >= asReceived ? packetType.pubrec : packetType.puback
  return ((type << 28) | (2 << 16) | (id & 0xffff)) >>> 0
}
