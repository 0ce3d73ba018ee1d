import { connect as connectTcp, createServer as createTcp } from 'node:net'
import type { Server, Socket } from 'node:net'
import { connect as connectTls, createServer as createTls } from 'node:tls'
import { networkProblem } from '@millrace/reach'
import { toOperatingError } from '@millrace/sdk'
import type { Status, Timer, Timers } from '@millrace/sdk'
import { retryWaitMs, tlsOptions } from '@millrace/web'
import { Redialer } from './redialer.ts'
import type { TcpPlace } from './tcp-place.ts'

export interface TcpDoorOptions {
  readonly place: TcpPlace
  readonly timers: Timers
  readonly status: (status: Status) => void
  /** A connection is there. */
  readonly onSocket: (socket: Socket) => void
}

/** Where connections come from: others that connect to us, or one that is kept open. */
export interface TcpDoor {
  open(): void
  /** Ends what is open. Settles when the port is free. */
  close(): Promise<void>
}

export function tcpDoor(options: TcpDoorOptions): TcpDoor {
  return options.place.mode === 'listen' ? new ListeningDoor(options) : dialingDoor(options)
}

function dialingDoor({ place, timers, status, onSocket }: TcpDoorOptions): TcpDoor {
  const { host, port, connectTimeoutMs } = place
  let isReached = false
  const redialer = new Redialer({
    timers,
    status,
    place: `${host}:${port}`,
    explain: (error) => {
      const isSilent = toOperatingError(error).code === 'ETIMEDOUT'
      if (isSilent && isReached) return `${host}:${port} ${speaksNoTls}`
      return networkProblem(error, { host, port, peer: 'other side', labels }).text
    },
    connectTimeoutMs,
    dial: ({ opened, closed }) => {
      const socket = place.isTls
        ? connectTls({ host, port, ...tlsOptions(place, host) })
        : connectTcp({ host, port })
      socket.setNoDelay(true)
      socket.setKeepAlive(true, keepAliveMs)
      isReached = false
      socket.once('connect', () => (isReached = true))
      let problem: unknown
      socket.on('error', (error) => (problem = error))
      socket.once('close', () => closed(problem))
      socket.once(place.isTls ? 'secureConnect' : 'connect', () => {
        opened()
        onSocket(socket)
      })
      return () => socket.destroy()
    },
  })
  return {
    open: () => redialer.start(),
    close: () => {
      redialer.stop()
      return Promise.resolve()
    },
  }
}

const speaksNoTls =
  'takes connections but does not answer TLS. Is there TLS at Port? Otherwise switch off "Encrypt with TLS".'
const labels = { host: 'Host', port: 'Port', security: 'Encrypt with TLS' }
const keepAliveMs = 60_000
/** Who does not get through it holds one of the connections that there may be. */
const handshakeMs = 10_000

class ListeningDoor implements TcpDoor {
  private readonly options: TcpDoorOptions
  private readonly sockets = new Set<Socket>()
  private server: Server | undefined
  private timer: Timer | undefined
  private failures = 0
  private turnedAway = 0
  private isClosed = false

  constructor(options: TcpDoorOptions) {
    this.options = options
  }

  open(): void {
    let server: Server
    try {
      server = this.createServer()
    } catch (error) {
      const text = `The certificate or key cannot be used: ${toOperatingError(error).message}`
      this.options.status({ state: 'error', text: text.slice(0, 200) })
      return
    }
    this.server = server
    const { place } = this.options
    server.maxConnections = place.connectionsMax
    server.on('connection', (socket) => this.adopt(socket))
    server.on(place.isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      // A connection over TLS is another object than the one it goes over.
      socket.on('error', () => undefined)
      this.options.onSocket(socket)
    })
    server.on('drop', () => {
      this.turnedAway += 1
      this.show()
    })
    server.on('error', (error) => this.failed(error))
    server.listen(place.port, place.host, () => {
      this.failures = 0
      this.show()
    })
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.timer?.cancel()
    const { server } = this
    if (server === undefined) return
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  private createServer(): Server {
    const { place } = this.options
    if (!place.isTls) return createTcp()
    const { ca, cert, key } = tlsOptions(place)
    const asksClients = ca !== undefined
    const asked = { requestCert: asksClients, rejectUnauthorized: asksClients }
    return createTls({ ca, cert, key, ...asked, handshakeTimeout: handshakeMs })
  }

  private adopt(socket: Socket): void {
    this.sockets.add(socket)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveMs)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.sockets.delete(socket)
      this.show()
    })
    this.show()
  }

  private show(): void {
    if (this.isClosed) return
    const { place, status } = this.options
    const who = isLoopback(place.host) ? ', this machine only' : ''
    const count = this.sockets.size === 1 ? '1 connection' : `${this.sockets.size} connections`
    const text = `Listens on ${place.host}:${place.port}${who}; ${count}`
    if (this.turnedAway === 0) status({ state: 'ok', text })
    else status({ state: 'warning', text: `${text}, ${this.turnedAway} turned away as too many` })
  }

  /** The node in its place of the version before may still have the port. */
  private failed(error: Error): void {
    if (this.isClosed) return
    const { place, status, timers } = this.options
    this.failures += 1
    const text = listenProblem(error, place)
    status({ state: 'error', text: `${text} Tries again.`.slice(0, 200) })
    this.server?.close()
    this.timer = timers.after(retryWaitMs(this.failures, Math.random()), () => this.open())
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

export function listenProblem(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): string {
  const { code, message } = toOperatingError(error)
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program. Choose another port.`
  if (code === 'EACCES') return `Port ${port} needs more rights: take one of 1024 and more.`
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this machine. Set "Host".`
  return `${host}:${port} cannot be listened on: ${message}`
}
