import type { IncomingMessage } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Aedes } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { nodeHttp } from '../engine-process/http/node-http.ts'
import { Audience } from './audience.ts'
import { listen } from './listen.ts'
import { Plant } from './plant.ts'
import { RetainedBound } from './retained-bound.ts'

export interface BrokerOptions {
  readonly host: string
  readonly mqttPort: number
  readonly wsPort: number
  readonly seed: number
  readonly now: () => number
}

/** Whether clients left something behind that has to be kept for them. */
export interface Kept {
  readonly retained: RetainedBound
  hasSessions: boolean
}

const packetBytesMax = 1_048_576
const connectionsMax = 200
const publishEveryMs = 100

/**
 * A broker for the first minute and for trying things out: MQTT 3.1.1 and 5 over TCP and WebSocket,
 * on loopback, without sign-in. While somebody listens, a simulated plant publishes on it.
 */
export class Broker {
  private readonly options: BrokerOptions
  private readonly aedes: Aedes
  private readonly kept: Kept
  private readonly tcp = createServer({ noDelay: true }, (socket) => this.accept(socket))
  private readonly web = nodeHttp.createServer((_request, response) =>
    response.writeHead(426).end(),
  )
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: packetBytesMax,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  })
  private readonly audience = new Audience('plant')
  private publisher: NodeJS.Timeout | undefined
  private isSimulating = false

  static async open(options: BrokerOptions): Promise<Broker> {
    const kept: Kept = { retained: new RetainedBound(), hasSessions: false }
    const aedes = await Aedes.createBroker({
      maximumPacketSize: packetBytesMax,
      receiveMaximum: 1_000,
      topicAliasMaximum: 100,
      sessionExpiryIntervalLimit: 3_600,
      pendingSessionsLimit: 200,
      authorizePublish: (_client, { retain, topic, payload }, done) => {
        const isAllowed = !retain || kept.retained.isAllowed(topic, payload.length)
        done(isAllowed ? null : new Error('Too many retained messages.'))
      },
    })
    return new Broker(options, aedes, kept)
  }

  private constructor(options: BrokerOptions, aedes: Aedes, kept: Kept) {
    this.options = options
    this.aedes = aedes
    this.kept = kept
    this.tcp.maxConnections = connectionsMax
    this.web.maxConnections = connectionsMax
    this.watchAudience()
    this.web.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
  }

  async listen(): Promise<void> {
    const { host, mqttPort, wsPort } = this.options
    await listen(this.tcp, { host, port: mqttPort, isShared: true })
    await listen(this.web, { host, port: wsPort, isShared: true })
  }

  /** Nobody is connected, and nothing is lost when the broker goes. */
  get isIdle(): boolean {
    return this.aedes.connectedClients === 0 && this.kept.retained.isEmpty && !this.kept.hasSessions
  }

  /** Whether the plant may publish; it does only while somebody listens. */
  simulate(isSimulating: boolean): void {
    this.isSimulating = isSimulating
    this.adapt()
  }

  async close(): Promise<void> {
    this.simulate(false)
    const closed = Promise.all([
      new Promise<void>((resolve) => this.tcp.close(() => resolve())),
      new Promise<void>((resolve) => this.web.close(() => resolve())),
    ])
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()))
    for (const client of this.sockets.clients) client.terminate()
    this.web.closeAllConnections()
    await closed
  }

  private accept(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    this.aedes.handle(socket)
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    if (request.url !== '/mqtt' || !isFromHere(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket)
      stream.on('error', () => stream.destroy())
      this.aedes.handle(stream, request)
    })
  }

  private watchAudience(): void {
    const { aedes, audience } = this
    aedes.on('client', (client) => {
      if (!client.clean || client.sessionExpiryInterval > 0) this.kept.hasSessions = true
    })
    aedes.on('subscribe', (subscriptions, client) => {
      audience.subscribed(
        client.id,
        subscriptions.map(({ topic }) => topic),
      )
      this.adapt()
    })
    aedes.on('unsubscribe', (filters, client) => {
      audience.unsubscribed(client.id, filters)
      this.adapt()
    })
    aedes.on('clientDisconnect', (client) => {
      audience.left(client.id)
      this.adapt()
    })
  }

  /** The plant starts anew whenever somebody begins to listen. */
  private adapt(): void {
    const isWanted = this.isSimulating && this.audience.isThere
    if (isWanted === (this.publisher !== undefined)) return
    if (!isWanted) {
      clearInterval(this.publisher)
      this.publisher = undefined
      return
    }
    const { seed, now } = this.options
    const plant = new Plant({ seed, startedAt: now() })
    this.publisher = setInterval(() => this.publish(plant), publishEveryMs)
  }

  private publish(plant: Plant): void {
    for (const { topic, reading } of plant.publicationsUntil(this.options.now())) {
      const payload = JSON.stringify(reading)
      const packet = { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false } as const
      // QoS 0 in memory: there is nothing to be told about.
      this.aedes.publish(packet, () => undefined)
    }
  }
}

/** Pages from elsewhere may not talk to a broker on this machine; programs send no Origin. */
function isFromHere({ headers: { origin } }: IncomingMessage): boolean {
  if (origin === undefined) return true
  return (
    URL.canParse(origin) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname)
  )
}
