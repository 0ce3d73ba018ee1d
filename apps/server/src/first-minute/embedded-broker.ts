import { connect, createServer, type Server, type Socket } from 'node:net'
import { BrokerThread } from './broker-thread.ts'
import { canSharePorts, listen, listenNear } from './listen.ts'

export interface EmbeddedBrokerOptions {
  readonly host?: string
  /** Wanted ports, 1883 and 9001 when absent; another is taken where one is in use. */
  readonly mqttPort?: number
  readonly wsPort?: number
  readonly seed?: number
  /** The broker rests after it had no client for so long. */
  readonly restAfterMs?: number
  /** Told when the broker ended by itself and is started again. */
  readonly onRestart?: (reason: string) => void
}

/**
 * The broker that comes with the server. Its ports are open from the start; the thread in which it
 * runs, and the memory for that, is there from the first connection until nobody has needed it for
 * a while.
 */
export interface EmbeddedBroker {
  readonly mqttPort: number
  /** Such as `mqtt://127.0.0.1:1883`. */
  readonly brokerUrl: string
  /** Such as `ws://127.0.0.1:9001/mqtt`. */
  readonly brokerWsUrl: string
  isResting(): boolean
  /** Whether the simulated plant publishes while somebody listens; it does from the start. */
  simulate(isSimulating: boolean): void
  close(): Promise<void>
}

export async function openEmbeddedBroker(
  options: EmbeddedBrokerOptions = {},
): Promise<EmbeddedBroker> {
  const host = options.host ?? '127.0.0.1'
  const ports: Ports = {
    mqttPort: await freePort(host, options.mqttPort ?? 1883),
    wsPort: await freePort(host, options.wsPort ?? 9001),
  }
  const keeper = new BrokerKeeper({ ...options, host, ...ports })
  await keeper.rest()
  return {
    mqttPort: ports.mqttPort,
    brokerUrl: `mqtt://${host}:${ports.mqttPort}`,
    brokerWsUrl: `ws://${host}:${ports.wsPort}/mqtt`,
    isResting: () => keeper.isResting,
    simulate: (isSimulating) => keeper.simulate(isSimulating),
    close: () => keeper.close(),
  }
}

interface Ports {
  readonly mqttPort: number
  readonly wsPort: number
}

type KeeperOptions = EmbeddedBrokerOptions & Ports & { readonly host: string }

const restartDelayMs = 1_000
/** Connections that wait while the broker starts. */
const waitingMax = 50

/** Holds the ports while the broker rests, wakes it for the first client, and keeps it there. */
class BrokerKeeper {
  private readonly options: KeeperOptions
  private listeners: readonly Server[] = []
  private waiting: { readonly socket: Socket; readonly port: number }[] = []
  private thread: BrokerThread | undefined
  private restart: NodeJS.Timeout | undefined
  private isSimulating = true
  private isClosing = false

  constructor(options: KeeperOptions) {
    this.options = options
  }

  get isResting(): boolean {
    return this.thread === undefined && this.listeners.length > 0
  }

  async rest(): Promise<void> {
    const { mqttPort, wsPort } = this.options
    const servers = [mqttPort, wsPort].map((port) => this.listener(port))
    this.listeners = await Promise.all(servers)
  }

  simulate(isSimulating: boolean): void {
    this.isSimulating = isSimulating
    this.thread?.tell({ kind: 'simulate', isSimulating })
  }

  async close(): Promise<void> {
    this.isClosing = true
    clearTimeout(this.restart)
    this.stopListening()
    for (const { socket } of this.waiting) socket.destroy()
    await this.thread?.close()
  }

  private async listener(port: number): Promise<Server> {
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      if (this.waiting.length >= waitingMax) socket.destroy()
      else this.waiting.push({ socket, port })
      if (this.isResting) this.wake()
    })
    await listen(server, { host: this.options.host, port, isShared: true })
    return server
  }

  private wake(): void {
    // Where ports can be shared, whoever comes meanwhile is not turned away.
    if (!canSharePorts) this.stopListening()
    const { host, mqttPort, wsPort, seed = 1, restAfterMs = 30_000 } = this.options
    const { isSimulating } = this
    const thread = new BrokerThread({
      data: { host, mqttPort, wsPort, seed, restAfterMs, isSimulating },
      onIdle: () => void thread.close(),
      onExit: (reason) => this.onExit(reason),
    })
    this.thread = thread
    // When it cannot open it exits, and that leads to the next attempt.
    thread.opened.then(() => this.admit()).catch(() => undefined)
  }

  /** Who came while the broker started is connected to it through here. */
  private admit(): void {
    this.stopListening()
    for (const { socket, port } of this.waiting) {
      const inner = connect({ host: this.options.host, port, noDelay: true })
      socket.setNoDelay(true)
      socket.on('close', () => inner.destroy())
      inner.on('close', () => socket.destroy())
      inner.on('error', () => socket.destroy())
      socket.pipe(inner).pipe(socket)
    }
    this.waiting = []
  }

  private onExit(reason: string): void {
    this.thread = undefined
    this.stopListening()
    if (this.isClosing) return
    if (reason !== '') this.options.onRestart?.(reason)
    const delayMs = reason === '' ? 0 : restartDelayMs
    this.restart = setTimeout(() => {
      this.rest().catch((error: unknown) => this.onExit(String(error)))
    }, delayMs)
  }

  private stopListening(): void {
    for (const server of this.listeners) server.close()
    this.listeners = []
  }
}

async function freePort(host: string, wanted: number): Promise<number> {
  const server = createServer()
  const port = await listenNear(server, host, wanted)
  await new Promise((resolve) => server.close(resolve))
  return port
}
