import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpRoute } from '@millrace/sdk'
import { answer, refuse } from './answer.ts'
import { packRequests, type ResponseBatch, type WaitingRequest } from './batches.ts'
import type { RequestBatch } from './batches.ts'
import { BodyRoom, readBody } from './body.ts'
import { nodeHttp } from './node-http.ts'
import { answerOwnNetworks } from './own-networks.ts'
import { OpenStreams } from './open-streams.ts'
import { type Pending, PendingRequests } from './pending.ts'
import { RouteTable, type TakenRoute } from './routes.ts'
import type { StreamBatch, StreamedBatch, StreamNews } from './stream-batches.ts'

/** A flow that answers requests. */
export interface RouteOwner {
  send(batch: RequestBatch | StreamedBatch): void
  /** The flow gave an answer that cannot be sent. */
  onBadAnswer(error: unknown): void
}

export interface FlowPortOptions {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Whether only the networks that this machine is part of are answered. */
  readonly isForOwnNetworks?: boolean
  readonly now: () => number
  readonly limits: FlowPortLimits
}

export interface FlowPortLimits {
  /** Requests of all flows that wait for their answer. */
  readonly pending: number
  readonly connections: number
  /** Bytes of all bodies that are being read or wait for their answer. */
  readonly bodyBytes: number
}

export const usualFlowPortLimits: FlowPortLimits = {
  pending: 20_000,
  connections: 5_000,
  bodyBytes: 268_435_456,
}

type Route = TakenRoute<RouteOwner>

/**
 * The port on which flows answer HTTP. Requests go to the workers in one batch per turn of the event
 * loop. Whatever happens to a flow, each of its requests is answered.
 */
export class FlowPort {
  private readonly options: FlowPortOptions
  private readonly server: Server
  private readonly routes = new RouteTable<RouteOwner>()
  private readonly pending: PendingRequests<Route>
  private readonly streams: OpenStreams<Route>
  private readonly waiting = new Map<RouteOwner, WaitingRequest[]>()
  private readonly news = new Map<RouteOwner, StreamNews[]>()
  private readonly room: BodyRoom
  private readonly sweeper: NodeJS.Timeout
  private isFlushing = false

  constructor(options: FlowPortOptions) {
    this.options = options
    this.pending = new PendingRequests(options.limits.pending)
    this.room = new BodyRoom(options.limits.bodyBytes)
    this.streams = new OpenStreams({
      tell: (route, news) => this.tell(route.owner, news),
      onClosed: (route) => (route.pending -= 1),
    })
    const shouldUpgradeCallback = (request: IncomingMessage) => this.isForWebSocket(request)
    const withUpgrades = { ...serverOptions, shouldUpgradeCallback }
    this.server = nodeHttp.createServer(withUpgrades, (request, response) => {
      this.onRequest(request, response)
    })
    this.server.on('upgrade', (request, socket: Socket, head) => {
      this.onUpgrade(request, socket, head)
    })
    if (options.isForOwnNetworks === true) answerOwnNetworks(this.server)
    this.server.maxConnections = options.limits.connections
    this.sweeper = setInterval(() => this.answerLate(), 1_000)
    this.sweeper.unref()
  }

  /** Gives the address, such as `http://127.0.0.1:1881`. A port in use is replaced by a free one. */
  async listen(): Promise<string> {
    const { host, port } = this.options
    const listening = await listenOn(this.server, host, port).catch(async (error: unknown) => {
      if (port === 0 || !isAddressInUse(error)) throw error
      return listenOn(this.server, host, 0)
    })
    // Every address is none to be called at.
    return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${listening}`
  }

  /** Whether the route was free. */
  take(owner: RouteOwner, number: number, route: HttpRoute): boolean {
    return this.routes.take(owner, number, route) !== undefined
  }

  /** With `park` the route answers 503 from now on, until it is taken again or dropped. */
  release(owner: RouteOwner, number: number, options: { readonly park: boolean }): void {
    const route = this.routes.of(owner).find((each) => each.number === number && !each.isParked)
    if (route === undefined) return
    if (options.park) route.isParked = true
    else this.routes.remove(route)
    this.failWhere((pending) => pending.route === route)
    this.streams.destroyWhere((each) => each === route)
  }

  /** The flow takes no requests for now: what comes gets 503, what waits may still be answered. */
  park(owner: RouteOwner): void {
    for (const route of this.routes.of(owner)) route.isParked = true
  }

  /** The flow answers no more: what waits gets 503 at once. */
  fail(owner: RouteOwner): void {
    this.failWhere((pending) => pending.route.owner === owner)
    this.streams.destroyWhere((route) => route.owner === owner)
    this.waiting.delete(owner)
    this.news.delete(owner)
  }

  dropParked(owner: RouteOwner): void {
    for (const route of this.routes.of(owner)) {
      if (route.isParked) this.routes.remove(route)
    }
  }

  drop(owner: RouteOwner): void {
    for (const route of this.routes.of(owner)) this.routes.remove(route)
    this.fail(owner)
  }

  /** Answers with 503 what came before that time and still waits. */
  failOlder(owner: RouteOwner, startedBeforeMs: number): void {
    this.failWhere(
      (pending) => pending.route.owner === owner && pending.startedMs < startedBeforeMs,
    )
  }

  onResponses(batch: ResponseBatch): void {
    const { ids, statuses, headers, bodies } = batch
    for (let index = 0; index < ids.length; index += 1) {
      const pending = this.pending.take(ids[index] ?? -1)
      if (pending === undefined) continue
      const { response, route } = pending
      this.settle(pending)
      const content = { headers: headers[index] ?? null, body: bodies[index] ?? null }
      const problem = answer(response, statuses[index] ?? 200, content)
      if (problem !== undefined) route.owner.onBadAnswer(problem)
    }
  }

  onStreams(owner: RouteOwner, { steps }: StreamBatch): void {
    for (const step of steps) {
      if (step.step !== 'open') this.streams.take(step)
      else {
        const pending = this.pending.take(step.id)
        if (pending === undefined) this.tell(owner, { news: 'closed', id: step.id })
        else {
          this.room.give(pending.bodyBytes)
          this.streams.open(pending, step.head)
        }
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper)
    this.failWhere(() => true)
    this.streams.destroyWhere(() => true)
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.server.closeIdleConnections()
    const lingering = setTimeout(() => this.server.closeAllConnections(), 200)
    await closed
    clearTimeout(lingering)
  }

  /** Other requests to become something else, such as HTTP/2, are answered as they are. */
  private isForWebSocket(request: IncomingMessage): boolean {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return false
    const match = this.routes.match(request.method ?? 'GET', pathOf(request))
    return match.outcome === 'found' && match.route.takesWebSockets
  }

  private onUpgrade(request: IncomingMessage, socket: Socket, upgradeHead: Uint8Array): void {
    socket.on('error', () => undefined)
    // As if it were plain, for as long as it may still be refused.
    const response = new nodeHttp.ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    // Not only our end of it: one that never closes its own would hold a connection.
    response.once('finish', () => socket.destroySoon())
    // RFC 6455, 4.1: it has none; and once it is upgraded nobody tells when a body ends.
    if (hasBody(request)) return refuse(response, 400, withBody)
    const match = this.routes.match(request.method ?? 'GET', pathOf(request))
    if (match.outcome !== 'found') return refuse(response, 404, notFound(pathOf(request)))
    this.accept(match.route, { request, response, upgradeHead })
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request)
    const match = this.routes.match(request.method ?? 'GET', path)
    if (match.outcome === 'found') this.accept(match.route, { request, response })
    else if (match.outcome === 'nothing') refuse(response, 404, notFound(path))
    else refuse(response, 405, notAllowed(match.allowed))
  }

  private accept(route: Route, exchange: Exchange): void {
    const { request, response } = exchange
    if (route.isParked) return refuse(response, 503, notNow)
    if (route.pending >= route.openMax) return refuse(response, 503, tooMany)
    // Counted before the body is there, so that slow bodies are within the bound too.
    route.pending += 1
    readBody(request, { bytesMax: route.bodyBytesMax, room: this.room }, (body) => {
      if (body.outcome === 'complete') return this.pass(route, exchange, body)
      route.pending -= 1
      if (body.outcome === 'too-long') refuse(response, 413, tooLong(route.bodyBytesMax))
      if (body.outcome === 'no-room') refuse(response, 503, noRoom)
    })
  }

  private pass(
    route: Route,
    { request, response, upgradeHead }: Exchange,
    { chunks, bytes }: { readonly chunks: readonly Uint8Array[]; readonly bytes: number },
  ): void {
    const started = { startedMs: this.options.now(), upgradeHead, bodyBytes: bytes }
    const id = route.isParked ? undefined : this.pending.add(response, route, started)
    if (id === undefined) {
      route.pending -= 1
      this.room.give(bytes)
      return refuse(response, 503, route.isParked ? notNow : tooMany)
    }
    this.queue(route.owner, {
      id,
      route: route.number,
      method: route.method,
      target: request.url ?? '/',
      headers: request.rawHeaders,
      address: request.socket.remoteAddress ?? '',
      body: chunks,
    })
  }

  private queue(owner: RouteOwner, request: WaitingRequest): void {
    const queue = this.waiting.get(owner)
    if (queue === undefined) this.waiting.set(owner, [request])
    else queue.push(request)
    this.flushSoon()
  }

  private tell(owner: RouteOwner, news: StreamNews): void {
    const list = this.news.get(owner)
    if (list === undefined) this.news.set(owner, [news])
    else list.push(news)
    this.flushSoon()
  }

  private flushSoon(): void {
    if (this.isFlushing) return
    this.isFlushing = true
    setImmediate(() => this.flush())
  }

  private flush(): void {
    this.isFlushing = false
    for (const [owner, requests] of this.waiting) owner.send(packRequests(requests))
    this.waiting.clear()
    for (const [owner, news] of this.news) owner.send({ kind: 'streamed', news })
    this.news.clear()
  }

  private failWhere(matches: (pending: Pending<Route>) => boolean): void {
    for (const pending of this.pending.takeWhere(matches)) {
      this.settle(pending)
      refuse(pending.response, 503, notNow)
    }
  }

  private answerLate(): void {
    const nowMs = this.options.now()
    const isLate = (pending: Pending<Route>): boolean =>
      nowMs - pending.startedMs >= pending.route.answerWithinMs
    for (const pending of this.pending.takeWhere(isLate)) {
      this.settle(pending)
      refuse(pending.response, 504, unanswered)
    }
  }

  /** It waits no more. */
  private settle({ route, bodyBytes }: Pending<Route>): void {
    route.pending -= 1
    this.room.give(bodyBytes)
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly upgradeHead?: Uint8Array
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'] ?? '0'
  return headers['transfer-encoding'] !== undefined || Number(length) > 0
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const queryAt = url.indexOf('?')
  return queryAt < 0 ? url : url.slice(0, queryAt)
}

const serverOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
} as const

const notNow = {
  code: 'FLOW_NOT_RUNNING',
  message: 'The flow that answers here is being deployed or restarted. Try again shortly.',
  headers: ['retry-after', '1'],
}

const tooMany = {
  code: 'FLOW_BUSY',
  message: 'The flow that answers here has too many requests waiting. Try again shortly.',
  headers: ['retry-after', '1'],
}

const noRoom = {
  code: 'FLOW_BUSY',
  message: 'Too many bodies are being read here. Try again shortly.',
  headers: ['retry-after', '1', 'connection', 'close'],
}

const withBody = { code: 'FLOW_UPGRADE_BODY', message: 'A WebSocket begins without a body.' }

const unanswered = {
  code: 'FLOW_NO_ANSWER',
  message: 'The flow took the request and did not answer it in time.',
}

function notFound(path: string): { code: string; message: string } {
  return { code: 'FLOW_ROUTE_UNKNOWN', message: `No flow answers at ${path.slice(0, 200)}.` }
}

function notAllowed(allowed: readonly string[]): {
  code: string
  message: string
  headers: string[]
} {
  const methods = allowed.join(', ')
  return {
    code: 'FLOW_METHOD_UNKNOWN',
    message: `Only ${methods} is answered here.`,
    headers: ['allow', methods],
  }
}

function tooLong(bytesMax: number): { code: string; message: string; headers: string[] } {
  return {
    code: 'FLOW_BODY_TOO_LONG',
    message: `A body here may have ${bytesMax} bytes.`,
    headers: ['connection', 'close'],
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
      else reject(new Error('The server has no address.'))
    })
  })
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
