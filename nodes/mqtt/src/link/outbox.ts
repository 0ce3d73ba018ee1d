import { NodeError } from '@millrace/sdk'
import type { PacketIds } from '../wire/packet-ids.ts'
import { packetType } from '../wire/packet-type.ts'
import type { Qos } from '../wire/packet-type.ts'
import { PublishEncoder } from '../wire/publish-encoder.ts'
import type { Publication } from '../wire/publish-encoder.ts'
import { Fifo } from './fifo.ts'
import { roomMax } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'

/** Called once: when it was written (QoS 0) or confirmed (QoS 1 and 2), or with what went wrong. */
export type Done = (error?: unknown) => void

/** What the broker allows, from its CONNACK. */
export interface Allowance {
  readonly isSessionPresent: boolean
  readonly receiveMax: number
  readonly qosMax: Qos
  readonly packetBytesMax: number
  readonly isRetainAvailable: boolean
}

/** A message on its way to the broker. */
interface Outgoing {
  readonly publication: Publication
  readonly done: Done
  /** 0 until one is needed. */
  id: number
  /** Whether the broker may have seen it already. */
  isRepeated: boolean
  /** QoS 2 only: the broker has it, the id is to be released. */
  isReceived: boolean
}

/** Bytes that may wait in memory, whatever their number. */
const backlogBytesMax = 67_108_864

/**
 * Publishes: QoS 0 straight into the writer's buffer, QoS 1 and 2 with a bounded number in flight.
 * What cannot go yet waits in order, bounded.
 */
export class Outbox {
  private readonly writer: SocketWriter
  private readonly ids: PacketIds
  private readonly encoder: PublishEncoder
  private readonly isVersion5: boolean
  private readonly inFlightMax: number
  private readonly bufferMax: number
  private readonly onChange: () => void
  private allowance: Allowance | undefined
  private readonly inFlight = new Map<number, Outgoing>()
  private readonly waiting = new Fifo<Outgoing>()
  private waitingBytes = 0

  constructor(options: {
    readonly writer: SocketWriter
    readonly ids: PacketIds
    readonly isVersion5: boolean
    readonly inFlightMax: number
    readonly bufferMax: number
    /** How much waits or is in flight has changed. */
    readonly onChange: () => void
  }) {
    this.writer = options.writer
    this.ids = options.ids
    this.encoder = new PublishEncoder(options.isVersion5)
    this.isVersion5 = options.isVersion5
    this.inFlightMax = options.inFlightMax
    this.bufferMax = options.bufferMax
    this.onChange = options.onChange
  }

  /** Whether the broker has to be heard for anything here to go on. */
  get awaitsBroker(): boolean {
    return this.inFlight.size > 0
  }

  get waitingCount(): number {
    return this.waiting.size
  }

  /** How full the waiting room is, from 0 to 1. */
  get fill(): number {
    const byCount = this.waiting.size / Math.max(1, this.capacity)
    return Math.max(byCount, this.waitingBytes / backlogBytesMax)
  }

  private get capacity(): number {
    // While the broker is there, what waits is only waiting for its turn.
    return this.allowance === undefined ? this.bufferMax : Math.max(this.bufferMax, roomForTurns)
  }

  /** For QoS 0: gives whether it was written at once; otherwise `publish` can keep it. */
  publishNow(publication: Publication): boolean {
    const { allowance, writer } = this
    if (allowance === undefined || this.waiting.size > 0) return false
    if (publication.retain && !allowance.isRetainAvailable) throw retainRefused()
    if (writer.isCongested && writer.backlog > backlogBytesMax) throw bufferFull()
    const room = this.encoder.room(publication)
    if (room > roomMax || room > allowance.packetBytesMax) {
      this.writeLong(publication, 0)
      return true
    }
    const target = writer.reserve(room)
    writer.commit(this.encoder.write(target, writer.length, publication))
    return true
  }

  /** Throws a `NodeError` when there is no room for it. */
  publish(publication: Publication, done: Done): void {
    const bytes = this.encoder.room(publication)
    if (this.waiting.size >= this.capacity || this.waitingBytes + bytes > backlogBytesMax) {
      if (!this.canSend(publication.qos)) throw bufferFull()
    }
    this.waiting.push({ publication, done, id: 0, isRepeated: false, isReceived: false })
    this.waitingBytes += bytes
    this.pump()
  }

  onConnected(allowance: Allowance): void {
    this.allowance = allowance
    if (!allowance.isSessionPresent) this.forgetSession()
    this.pump()
  }

  /** What was in flight goes first when the broker is back. */
  onDisconnected(): void {
    this.allowance = undefined
    const later = this.waiting.drain()
    for (const outgoing of this.inFlight.values()) {
      outgoing.isRepeated = true
      this.waitingBytes += this.encoder.room(outgoing.publication)
      this.waiting.push(outgoing)
    }
    for (const outgoing of later) this.waiting.push(outgoing)
    this.inFlight.clear()
    this.onChange()
  }

  /** PUBACK, PUBREC or PUBCOMP. Gives false for an id that is not ours. */
  onAnswer(type: number, id: number, reason: number): boolean {
    const outgoing = this.inFlight.get(id)
    if (outgoing === undefined) return false
    if (type === packetType.pubrec && reason < 0x80) {
      outgoing.isReceived = true
      this.writePubrel(id)
      return true
    }
    this.inFlight.delete(id)
    this.ids.release(id)
    // MQTT 5, 4.13: from 0x80 on a reason is a failure. An unknown id in PUBCOMP is none of ours.
    const isRefused = reason >= 0x80 && type !== packetType.pubcomp
    outgoing.done(isRefused ? publishRefused(reason, outgoing.publication.topic) : undefined)
    this.pump()
    return true
  }

  /** The connection ends for good. */
  abandon(error: unknown): void {
    const open = [...this.inFlight.values(), ...this.waiting.drain()]
    this.inFlight.clear()
    this.waitingBytes = 0
    for (const outgoing of open) outgoing.done(error)
  }

  private canSend(qos: Qos): boolean {
    const { allowance } = this
    if (allowance === undefined || this.waiting.size > 0) return false
    return qos === 0 || this.inFlight.size < this.window(qos, allowance)
  }

  private window(qos: Qos, { receiveMax }: Allowance): number {
    const max = Math.min(this.inFlightMax, receiveMax)
    return qos === 2 && !this.isVersion5 ? Math.min(max, untoldReceiveMax) : max
  }

  private pump(): void {
    const { allowance } = this
    if (allowance !== undefined) {
      for (let next = this.waiting.peek(); next !== undefined; next = this.waiting.peek()) {
        const { qos } = next.publication
        if (qos > 0 && this.inFlight.size >= this.window(qos, allowance)) break
        this.waiting.shift()
        this.waitingBytes -= this.encoder.room(next.publication)
        this.send(next, allowance)
      }
    }
    this.onChange()
  }

  private send(outgoing: Outgoing, allowance: Allowance): void {
    const { publication } = outgoing
    const refused = refusal(publication, allowance)
    if (refused !== undefined) {
      this.ids.release(outgoing.id)
      outgoing.done(refused)
      return
    }
    try {
      if (publication.qos > 0) this.sendConfirmed(outgoing)
      else {
        this.writeLong(publication, 0)
        outgoing.done()
      }
    } catch (error) {
      outgoing.done(error)
    }
  }

  private sendConfirmed(outgoing: Outgoing): void {
    if (outgoing.isReceived) {
      this.inFlight.set(outgoing.id, outgoing)
      this.writePubrel(outgoing.id)
      return
    }
    // The window is smaller than the number of ids, so there is one.
    if (outgoing.id === 0) outgoing.id = this.ids.allocate() ?? 0
    this.writeLong(outgoing.publication, outgoing.id, outgoing.isRepeated)
    this.inFlight.set(outgoing.id, outgoing)
  }

  private writeLong(publication: Publication, id: number, isRepeated = false): void {
    const bytes = Buffer.allocUnsafe(this.encoder.room(publication))
    const end = this.encoder.write(bytes, 0, publication, id)
    const max = this.allowance?.packetBytesMax ?? end
    if (end > max) {
      this.ids.release(id)
      throw packetTooLong(end, max)
    }
    if (isRepeated) bytes[0] = (bytes[0] ?? 0) | dupFlag
    this.writer.append(bytes.subarray(0, end))
  }

  private writePubrel(id: number): void {
    this.writer.append(Buffer.from([(packetType.pubrel << 4) | 2, 2, id >> 8, id & 0xff]))
  }

  /** The broker has forgotten the session: nothing is half delivered, ids mean nothing. */
  private forgetSession(): void {
    for (const outgoing of this.waiting.drain()) {
      this.ids.release(outgoing.id)
      outgoing.id = 0
      outgoing.isRepeated = false
      outgoing.isReceived = false
      this.waiting.push(outgoing)
    }
  }
}

const dupFlag = 8
/** Before MQTT 5 a broker cannot say it; mosquitto drops QoS 2 messages from the 21st on. */
const untoldReceiveMax = 20
const roomForTurns = 1000

function refusal(publication: Publication, allowance: Allowance): NodeError | undefined {
  if (publication.qos > allowance.qosMax) {
    return new NodeError(
      'MQTT_QOS_REFUSED',
      `The broker takes no messages with QoS ${publication.qos}, at most ${allowance.qosMax}.`,
    )
  }
  return publication.retain && !allowance.isRetainAvailable ? retainRefused() : undefined
}

function retainRefused(): NodeError {
  return new NodeError('MQTT_RETAIN_REFUSED', 'The broker keeps no retained messages.')
}

function bufferFull(): NodeError {
  return new NodeError('MQTT_BUFFER_FULL', 'The buffer for messages to the broker is full.')
}

function packetTooLong(bytes: number, max: number): NodeError {
  return new NodeError(
    'MQTT_PACKET_TOO_LONG',
    `The message takes ${bytes} bytes, the broker accepts ${max}.`,
  )
}

function publishRefused(reason: number, topic: string): NodeError {
  const why = refusalReasons.get(reason) ?? `reason code 0x${reason.toString(16)}`
  return new NodeError(
    'MQTT_PUBLISH_REFUSED',
    `The broker refused a message to "${topic.slice(0, 200)}": ${why}.`,
  )
}

/** MQTT 5, 3.4.2.1. */
const refusalReasons: ReadonlyMap<number, string> = new Map([
  [0x80, 'unspecified error'],
  [0x83, 'the broker gave no reason'],
  [0x87, 'not authorized'],
  [0x90, 'the topic name is invalid'],
  [0x97, 'quota exceeded'],
  [0x99, 'the payload format is invalid'],
])
