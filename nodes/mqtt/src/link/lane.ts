import { Duplex } from 'node:stream'
import type { Clock, Timers } from '@millrace/sdk'
import { packetType } from '../wire/packet-type.ts'
import { PacketSplitter } from '../wire/packet-splitter.ts'
import type { Inbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import { ReadPace, restMs } from './read-pace.ts'
import type { SocketWriter } from './socket-writer.ts'

export interface LaneParts {
  readonly socket: Duplex
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly writer: SocketWriter
  readonly packetBytesMax: number
  readonly clock: Clock
  readonly timers: Timers
}

/**
 * What the client library takes for its socket. Packets that carry or acknowledge messages never
 * reach it: they go straight between the socket and inbox and outbox. The rest passes through.
 */
export class Lane extends Duplex {
  /** Whether anything came since this was last set to false. */
  isHeard = false
  private readonly parts: LaneParts
  private readonly splitter: PacketSplitter
  private readonly pace = new ReadPace()
  private messages = 0
  private isHeldBack = false
  private isResting = false

  constructor(parts: LaneParts) {
    super({ decodeStrings: true })
    this.parts = parts
    this.splitter = new PacketSplitter(this.onPacket.bind(this), parts.packetBytesMax)
    const { socket } = parts
    parts.writer.attach(socket)
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => this.destroy())
    socket.on('end', () => this.destroy())
  }

  /** Looks at what a read has brought; called by the socket. */
  onData(chunk: Buffer): void {
    const { inbox, writer, clock } = this.parts
    this.isHeard = true
    this.messages = 0
    writer.beginTurn()
    try {
      this.split(chunk)
      inbox.endOfRead()
    } finally {
      writer.endTurn()
    }
    if (this.pace.restsAfter(this.messages, chunk.length, clock.monotonic())) this.rest()
  }

  /** The broker is not read from; what it has sent waits in the network. */
  pauseReading(): void {
    this.isHeldBack = true
    this.parts.socket.pause()
  }

  resumeReading(): void {
    this.isHeldBack = false
    if (!this.isResting) this.parts.socket.resume()
  }

  private rest(): void {
    if (this.isResting || this.isHeldBack) return
    this.isResting = true
    this.parts.socket.pause()
    this.parts.timers.after(restMs, () => {
      this.isResting = false
      if (!this.isHeldBack) this.parts.socket.resume()
    })
  }

  private split(chunk: Buffer): void {
    try {
      this.splitter.feed(chunk)
    } catch (error) {
      // What came before it is still good.
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private onPacket(bytes: Buffer, start: number, body: number, end: number): void {
    // A packet has at least its first byte.
    const type = (bytes[start] as number) >> 4
    const { inbox, outbox } = this.parts
    switch (type) {
      case packetType.publish:
        this.messages += 1
        return inbox.onPublish(bytes, start, body, end)
      case packetType.puback:
      case packetType.pubrec:
      case packetType.pubcomp:
        outbox.onAnswer(type, bytes.readUInt16BE(body), end - body > 2 ? (bytes[body + 2] ?? 0) : 0)
        return
      case packetType.pubrel:
        return inbox.onPubrel(bytes.readUInt16BE(body))
      case packetType.connack:
        inbox.onConnected(((bytes[body] ?? 0) & 1) === 1)
        break
      default:
    }
    this.push(Buffer.from(bytes.subarray(start, end)))
  }

  override _read(): void {
    // The library reads as it can; what it gets is small and rare.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.parts.writer.append(chunk)
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.parts.writer.flush()
    this.parts.socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.parts.socket.destroy()
    done(error)
  }
}
