import { packetType } from './packet-type.ts'
import type { Qos } from './packet-type.ts'

/** A message to be published. */
export interface Publication {
  readonly topic: string
  readonly payload: string | Uint8Array
  readonly qos: Qos
  readonly retain: boolean
}

/** Writes PUBLISH packets, MQTT 5 section 3.3; knows the bytes of topics used before. */
export class PublishEncoder {
  private readonly isVersion5: boolean
  private readonly topics = new Map<string, Uint8Array>()

  constructor(isVersion5: boolean) {
    this.isVersion5 = isVersion5
  }

  /** At least as many bytes as the packet will have. */
  room(publication: Publication): number {
    const { payload, topic } = publication
    const bytes = typeof payload === 'string' ? payload.length * 3 : payload.length
    return topic.length * 3 + bytes + overheadMax
  }

  /** Writes at `at`, where there has to be `room`; gives the end. */
  write(target: Buffer, at: number, publication: Publication, id = 0): number {
    const { payload, qos } = publication
    const topic = this.topicBytes(publication.topic)
    const others = 2 + topic.length + (qos > 0 ? 2 : 0) + (this.isVersion5 ? 1 : 0)
    // Right for bytes and for ASCII; other text is longer, and then moved.
    const headerSize = 1 + lengthSize(others + payload.length)
    let end = this.writeMiddle(target, at + headerSize, { topic, id, qos })
    if (typeof payload === 'string') end += target.write(payload, end)
    else {
      target.set(payload, end)
      end += payload.length
    }
    target[at] = (packetType.publish << 4) | (qos << 1) | (publication.retain ? 1 : 0)
    return fitLength(target, at + 1, { end, size: headerSize - 1 })
  }

  private writeMiddle(
    target: Buffer,
    start: number,
    { topic, id, qos }: { topic: Uint8Array; id: number; qos: Qos },
  ): number {
    const { length } = topic
    target[start] = length >> 8
    target[start + 1] = length
    let at = start + 2
    for (let index = 0; index < length; index += 1) target[at + index] = topic[index] as number
    at += length
    if (qos > 0) {
      target[at] = id >> 8
      target[at + 1] = id
      at += 2
    }
    // No properties.
    if (this.isVersion5) target[at++] = 0
    return at
  }

  private topicBytes(topic: string): Uint8Array {
    const known = this.topics.get(topic)
    if (known !== undefined) return known
    const bytes = new TextEncoder().encode(topic)
    if (this.topics.size >= topicsMax) this.topics.clear()
    this.topics.set(topic, bytes)
    return bytes
  }
}

/** Fixed header, topic length, packet id, property length. */
const overheadMax = 5 + 2 + 2 + 1
const topicsMax = 10_000

/** Writes the length of what follows; moves that when the length takes more bytes than thought. */
function fitLength(
  target: Buffer,
  at: number,
  { end, size }: { readonly end: number; readonly size: number },
): number {
  const length = end - at - size
  const needed = lengthSize(length)
  if (needed !== size) target.copyWithin(at + needed, at + size, end)
  let rest = length
  for (let index = 0; index < needed; index += 1) {
    target[at + index] = index < needed - 1 ? (rest & 0x7f) | 0x80 : rest
    rest >>= 7
  }
  return at + needed + length
}

function lengthSize(length: number): number {
  if (length < 0x80) return 1
  if (length < 0x4000) return 2
  return length < 0x20_0000 ? 3 : 4
}
