import type { Clock, Log, Status, Timer, Timers } from '@millrace/sdk'
import { NodeError } from '@millrace/sdk'
import { MqttClient } from 'mqtt'
import type { IClientOptions, IConnackPacket } from 'mqtt'
import { PacketIds } from '../wire/packet-ids.ts'
import type { Publication } from '../wire/publish-encoder.ts'
import { backoffMs } from './backoff.ts'
import type { Broker, Subscription } from './broker.ts'
import { connectError, connectionLost, refusedBy } from './connect-error.ts'
import type { Where } from './connect-error.ts'
import { Inbox } from './inbox.ts'
import { KeepAlive } from './keep-alive.ts'
import { Lane } from './lane.ts'
import type { Target } from './open-socket.ts'
import { isSecure, openSocket } from './open-socket.ts'
import { Outbox } from './outbox.ts'
import type { Allowance, Done } from './outbox.ts'
import { SocketWriter } from './socket-writer.ts'
import { Subscriber } from './subscriber.ts'
import type { Subscribing } from './taker.ts'

export interface LinkOptions {
  readonly target: Target
  /** For the client library: version, credentials, session, will. */
  readonly client: IClientOptions
  readonly connectTimeoutMs: number
  readonly inFlightMax: number
  readonly bufferMax: number
  readonly packetBytesMax: number
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/**
 * One network connection to a broker, for as long as a deployment runs. The client library signs
 * in, subscribes and knows the session; messages go past it, see `Lane`.
 */
export class BrokerLink implements Broker {
  private readonly options: LinkOptions
  private readonly where: Where
  private readonly client: MqttClient
  private readonly writer: SocketWriter
  private readonly inbox: Inbox
  private readonly outbox: Outbox
  private readonly subscriber: Subscriber
  private readonly keepAlive: KeepAlive
  private readonly statusListeners = new Set<(status: Status) => void>()
  private readonly pressureListeners = new Set<(isHigh: boolean) => void>()
  private lane: Lane | undefined
  private isReading = true
  private isPressing = false
  private isClosing = false
  private status: Status
  private failure: NodeError | undefined
  private failures = 0
  private connectedAt = 0
  private droppedTold = 0
  private retry: Timer | undefined

  constructor(options: LinkOptions) {
    this.options = options
    const { target, timers, client, connectTimeoutMs } = options
    const isVersion5 = client.protocolVersion === 5
    const ids = new PacketIds()
    const { host, port } = target
    this.where = { host, port, isVersion5, connectTimeoutMs, isSecure: isSecure(target) }
    this.status = { state: 'connecting', text: `Connecting to ${target.host}` }
    const onChange = (): void => this.adapt()
    this.writer = new SocketWriter({ soon: (run) => timers.soon(run), onCongestion: onChange })
    this.inbox = new Inbox({ isVersion5, append: (bytes) => this.writer.append(bytes) })
    const { writer } = this
    const { inFlightMax, bufferMax } = options
    this.outbox = new Outbox({ writer, ids, isVersion5, inFlightMax, bufferMax, onChange })
    this.client = new MqttClient(() => this.openLane(), {
      ...client,
      ...managedHere,
      connectTimeout: connectTimeoutMs,
      messageIdProvider: ids.forLibrary,
    })
    const { client: library, inbox } = this
    this.subscriber = new Subscriber({ client: library, inbox, timers, log: options.log, onChange })
    this.keepAlive = new KeepAlive({ client: library, timers, onTick: () => this.onTick() })
    this.listen()
    this.client.connect()
  }

  subscribe(wants: Subscribing): Subscription {
    return this.subscriber.subscribe(wants)
  }

  publishNow(publication: Publication): boolean {
    return this.outbox.publishNow(publication)
  }

  publish(publication: Publication, done: Done): void {
    this.outbox.publish(publication, done)
  }

  onStatus(listener: (status: Status) => void): () => void {
    this.statusListeners.add(listener)
    listener(this.status)
    return () => this.statusListeners.delete(listener)
  }

  onPressure(listener: (isHigh: boolean) => void): () => void {
    this.pressureListeners.add(listener)
    if (this.isPressing) listener(true)
    return () => this.pressureListeners.delete(listener)
  }

  /** Signs off, so that the broker does not publish the last will. */
  async close(): Promise<void> {
    this.isClosing = true
    this.retry?.cancel()
    this.keepAlive.stop()
    this.subscriber.close()
    this.setReading(true)
    const isConnected = this.client.connected
    await new Promise<void>((resolve) => {
      const timer = this.options.timers.after(signOffMs, () => {
        this.lane?.destroy()
        resolve()
      })
      this.client.end(!isConnected, {}, () => {
        timer.cancel()
        resolve()
      })
    })
    this.lane?.destroy()
    this.outbox.abandon(new NodeError('MQTT_CLOSED', 'The connection was closed.'))
  }

  private listen(): void {
    this.client.on('connect', (packet) => this.onConnect(packet))
    this.client.on('error', (error) => this.onError(error))
    this.client.on('close', () => this.onClose())
    this.client.on('disconnect', ({ reasonCode }) => {
      this.failure = refusedBy(reasonCode ?? 0x80, this.where)
    })
  }

  private openLane(): Lane {
    const { inbox, outbox, writer, options } = this
    const { target, packetBytesMax, clock, timers } = options
    const socket = openSocket(target, (bytes) => lane.onData(bytes))
    const lane: Lane = new Lane({ socket, inbox, outbox, writer, packetBytesMax, clock, timers })
    // Errors of the stream without a code are kept back by the library.
    lane.on('error', (error) => (this.failure ??= connectError(error, this.where)))
    this.lane = lane
    this.isReading = true
    return lane
  }

  private onConnect(packet: IConnackPacket): void {
    this.connectedAt = this.options.clock.monotonic()
    this.failure = undefined
    this.outbox.onConnected(allowanceOf(packet))
    this.subscriber.onConnected(packet.sessionPresent)
    this.keepAlive.start(this.client.keepalive * 1000)
    this.adapt()
  }

  private onError(error: unknown): void {
    this.failure = connectError(error, this.where)
    // The library keeps a connection on which it understood nothing.
    if (this.client.connected) this.lane?.destroy()
  }

  private onClose(): void {
    this.keepAlive.stop()
    this.writer.detach()
    this.inbox.onDisconnected()
    this.outbox.onDisconnected()
    this.subscriber.onDisconnected()
    if (this.isClosing) return
    const wasStable = this.connectedAt > 0 && this.sinceConnectedMs() > stableAfterMs
    this.failures = wasStable ? 1 : this.failures + 1
    this.connectedAt = 0
    const error = this.failure ?? connectionLost(this.where)
    this.failure = undefined
    const delayMs = backoffMs(this.failures, Math.random())
    this.options.log.warn(error.message, { code: error.code, failures: this.failures, delayMs })
    this.setStatus({ state: 'error', text: error.message.slice(0, 200) })
    this.retry?.cancel()
    this.retry = this.options.timers.after(delayMs, () => this.client.connect())
  }

  private sinceConnectedMs(): number {
    return this.options.clock.monotonic() - this.connectedAt
  }

  private onTick(): void {
    if (this.lane === undefined) return
    // While we do not read, we cannot hear.
    const isHeard = this.lane.isHeard || !this.isReading
    this.lane.isHeard = false
    this.tellDropped()
    if (this.keepAlive.tick(isHeard)) return
    this.lane.destroy(Object.assign(new Error('silent'), { code: 'MQTT_SILENT' }))
  }

  private tellDropped(): void {
    const { droppedCount } = this.inbox
    if (droppedCount === this.droppedTold) return
    const text =
      'QoS 0 messages were given up: the flow was too slow while confirmations had to be read.'
    this.options.log.warn(text, { count: droppedCount - this.droppedTold })
    this.droppedTold = droppedCount
  }

  /** Slows the flow, or the broker, to what the other side takes. */
  private adapt(): void {
    const { fill } = this.outbox
    const limit = this.isPressing ? lowFill : highFill
    const isHigh = this.writer.isCongested || fill > limit
    if (isHigh !== this.isPressing) {
      this.isPressing = isHigh
      for (const listener of this.pressureListeners) listener(isHigh)
    }
    // Answers to what we sent come the same way as the messages that we do not want now.
    const mustHear = this.outbox.awaitsBroker || this.subscriber.awaitsBroker
    this.setReading(mustHear || !this.subscriber.isPaused || !this.client.connected)
    this.tellConnected()
  }

  /** A source is well only once the broker sends it what it asked for. */
  private tellConnected(): void {
    if (this.connectedAt === 0 || !this.client.connected) return
    const { host } = this.where
    const status: Status = this.subscriber.isAsking
      ? { state: 'connecting', text: `Subscribing at ${host}` }
      : { state: 'ok', text: `Connected to ${host}` }
    if (status.text !== this.status.text) this.setStatus(status)
  }

  private setReading(isReading: boolean): void {
    if (isReading === this.isReading || this.lane === undefined) return
    this.isReading = isReading
    if (isReading) this.lane.resumeReading()
    else this.lane.pauseReading()
  }

  private setStatus(status: Status): void {
    this.status = status
    for (const listener of this.statusListeners) listener(status)
  }
}

const signOffMs = 2000
/** A connection that held this long is not part of a row of failures. */
const stableAfterMs = 10_000
const highFill = 0.5
const lowFill = 0.1

/** Reconnecting, subscribing again and keeping alive are done here. */
const managedHere = {
  manualConnect: true,
  reconnectPeriod: 0,
  resubscribe: false,
  queueQoSZero: false,
  // An interval that never fires: its own check takes a busy connection for a dead one.
  timerVariant: { set: () => 0, clear: () => undefined },
} as const

function allowanceOf(packet: IConnackPacket): Allowance {
  const { properties } = packet
  const qosMax = properties?.maximumQoS
  return {
    isSessionPresent: packet.sessionPresent,
    receiveMax: properties?.receiveMaximum ?? 65_535,
    qosMax: qosMax === 0 || qosMax === 1 ? qosMax : 2,
    packetBytesMax: properties?.maximumPacketSize ?? 268_435_460,
    isRetainAvailable: properties?.retainAvailable ?? true,
  }
}
