import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { HttpRequest, HttpService, Status, Timers } from '@millrace/sdk'
import { listenerRefusal } from '@millrace/web'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { keepAlive } from './keep-alive.ts'
import { StreamDuplex } from './stream-duplex.ts'
import { protocolsOf } from './web-socket-dial.ts'
import type { WebSocketConfig } from './web-socket-dial.ts'

export interface WebSocketDoorOptions {
  readonly config: WebSocketConfig
  readonly http: HttpService
  readonly timers: Timers
  readonly status: (status: Status) => void
  readonly messageBytesMax: number
  readonly onSocket: (socket: WebSocket, request: HttpRequest) => void
}

/** Lets clients connect by WebSocket to a path on the port on which flows answer HTTP. */
export class WebSocketDoor {
  private readonly options: WebSocketDoorOptions
  private readonly server: WebSocketServer
  private readonly sockets = new Set<WebSocket>()
  private leave: (() => void) | undefined
  private isShowing = false

  constructor(options: WebSocketDoorOptions) {
    this.options = options
    const protocols = protocolsOf(options.config)
    this.server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.messageBytesMax,
      handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
    })
  }

  start(): void {
    const { config, http } = this.options
    const { path, clientsMax: openMax } = config
    const route = { method: 'GET', path, bodyBytesMax: 0, openMax, takesWebSockets: true }
    this.leave = http.route(route, (request) => this.receive(request))
    this.show()
  }

  stop(): void {
    this.leave?.()
    this.leave = undefined
    // 1001: the flow goes away.
    for (const socket of this.sockets) socket.close(1001)
  }

  close(): void {
    this.stop()
    for (const socket of this.sockets) socket.terminate()
  }

  private receive(request: HttpRequest): void {
    const { config, http } = this.options
    if (request.headers['upgrade']?.toLowerCase() !== 'websocket') {
      const headers = { upgrade: 'websocket' }
      http.respond(request.id, { status: 426, headers, body: 'This is the place of a WebSocket.' })
      return
    }
    const { origins, clientToken: token } = config
    const refusal = listenerRefusal(request, { origins, token })
    if (refusal !== undefined) {
      http.respond(request.id, refusal)
      return
    }
    const duplex = new StreamDuplex()
    const stream = http.stream(request.id, undefined, duplex.events)
    if (stream === undefined) return
    duplex.on('error', () => undefined)
    duplex.attach(stream)
    this.server.handleUpgrade(asIncoming(request), duplex, Buffer.alloc(0), (socket) => {
      this.adopt(socket, request)
    })
  }

  private adopt(socket: WebSocket, request: HttpRequest): void {
    const { timers, config, onSocket } = this.options
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.sockets.delete(socket)
      this.show()
    })
    keepAlive(socket, timers, config.pingEveryMs)
    onSocket(socket, request)
    this.show()
  }

  /** Once for all that come and go in a turn. */
  private show(): void {
    if (this.isShowing) return
    this.isShowing = true
    const { timers, status, config } = this.options
    timers.soon(() => {
      this.isShowing = false
      const count = this.sockets.size === 1 ? '1 client' : `${this.sockets.size} clients`
      status({ state: 'ok', text: `${count} at ${config.path}`.slice(0, 200) })
    })
  }
}

/** An import of it reads every export, also those that are loaded only when read: 12 MB. */
const nodeHttp = process.getBuiltinModule('node:http')

/** As much of a request of Node's as the handshake looks at. */
function asIncoming({ method, path, headers }: HttpRequest): IncomingMessage {
  const message = new nodeHttp.IncomingMessage(new Socket())
  message.method = method
  message.url = path
  message.headers = { ...headers }
  return message
}
