import type {
  HttpRequest,
  HttpResponse,
  HttpRoute,
  HttpService,
  HttpStream,
  HttpStreamEvents,
} from '@millrace/sdk'
import {
  emptyResponses,
  headerSeparator,
  type RequestBatch,
  type ResponseBatch,
} from './batches.ts'
import { pathParameters, queryParameters } from './routes.ts'
import type { StreamBatch, StreamedBatch } from './stream-batches.ts'
import { WorkerStreams } from './worker-streams.ts'

export interface WorkerHttpOptions {
  /** Asks the process for the route and waits for the answer. */
  readonly take: (number: number, route: HttpRoute) => boolean
  readonly release: (number: number) => void
  readonly send: (batch: ResponseBatch) => void
  readonly sendSteps: (batch: StreamBatch) => void
  /** Calls once, when the present turn of the event loop is over. */
  readonly soon: (run: () => void) => void
  /** A node threw where it was handed a request, which was then answered with 500. */
  readonly onError: (error: unknown) => void
}

interface OpenRoute {
  readonly path: string
  readonly onRequest: (request: HttpRequest) => void
}

/** The HTTP service of the nodes in one worker: its end of the `FlowPort`. */
export class WorkerHttp implements HttpService {
  private readonly options: WorkerHttpOptions
  private readonly routes = new Map<number, OpenRoute>()
  private readonly unanswered = new Map<string, number>()
  private readonly listeners = new Map<string, (response: HttpResponse) => void>()
  private readonly streams: WorkerStreams
  private responses = emptyResponses()
  private routesTaken = 0
  /** Bound of `unanswered`; the process gave up on the oldest long before. */
  private readonly unansweredMax = 20_000

  constructor(options: WorkerHttpOptions) {
    this.options = options
    this.streams = new WorkerStreams(options)
  }

  route(route: HttpRoute, onRequest: (request: HttpRequest) => void): () => void {
    this.routesTaken += 1
    const number = this.routesTaken
    if (!this.options.take(number, route)) throw new RouteTaken(route)
    this.routes.set(number, { path: route.path, onRequest })
    return () => {
      if (this.routes.delete(number)) this.options.release(number)
    }
  }

  respond(requestId: string, response: HttpResponse): boolean {
    const id = this.unanswered.get(requestId)
    if (id === undefined) return false
    this.unanswered.delete(requestId)
    this.queue(id, response)
    if (this.listeners.size > 0) this.tell(requestId, response)
    return true
  }

  stream(
    requestId: string,
    head: Omit<HttpResponse, 'body'> | undefined,
    events: HttpStreamEvents,
  ): HttpStream | undefined {
    const id = this.unanswered.get(requestId)
    if (id === undefined) return undefined
    this.unanswered.delete(requestId)
    this.listeners.delete(requestId)
    const sent =
      head === undefined ? null : { status: head.status, headers: headerList(head.headers) }
    return this.streams.open(id, sent, events)
  }

  streamOf(requestId: string): HttpStream | undefined {
    return this.streams.get(Number(requestId))
  }

  onStreamed(batch: StreamedBatch): void {
    this.streams.onNews(batch)
  }

  onAnswered(requestId: string, told: (response: HttpResponse) => void): void {
    if (this.unanswered.has(requestId)) this.listeners.set(requestId, told)
  }

  onRequests(batch: RequestBatch): void {
    for (let index = 0; index < batch.ids.length; index += 1) this.onRequest(batch, index)
  }

  private onRequest(batch: RequestBatch, index: number): void {
    const id = batch.ids[index] ?? -1
    const route = this.routes.get(batch.routes[index] ?? -1)
    if (route === undefined) {
      this.queue(id, { status: 503, headers: { 'retry-after': '1' } })
      return
    }
    const request = new BatchedRequest(batch, index, route.path)
    this.unanswered.set(request.id, id)
    if (this.unanswered.size > this.unansweredMax) this.forgetOldest()
    try {
      route.onRequest(request)
    } catch (error) {
      this.respond(request.id, { status: 500 })
      this.options.onError(error)
    }
  }

  private queue(id: number, response: HttpResponse): void {
    const { responses } = this
    if (responses.ids.length === 0) this.options.soon(() => this.flush())
    responses.ids.push(id)
    responses.statuses.push(response.status)
    responses.headers.push(headerList(response.headers))
    responses.bodies.push(bodyToSend(response.body))
  }

  private flush(): void {
    const batch = this.responses
    this.responses = emptyResponses()
    this.options.send(batch)
  }

  private tell(requestId: string, response: HttpResponse): void {
    const told = this.listeners.get(requestId)
    this.listeners.delete(requestId)
    told?.(response)
  }

  private forgetOldest(): void {
    for (const oldest of this.unanswered.keys()) {
      this.unanswered.delete(oldest)
      this.listeners.delete(oldest)
      return
    }
  }
}

/** One request of a batch; its parts are read only when the flow asks for them. */
class BatchedRequest implements HttpRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly remoteAddress: string
  private readonly target: string
  private readonly routePath: string
  private readonly rawHeaders: string
  private readonly packedBody: Uint8Array | null
  private readParams: Readonly<Record<string, string>> | undefined
  private readQuery: Readonly<Record<string, string | readonly string[]>> | undefined
  private readHeaders: Readonly<Record<string, string>> | undefined

  constructor(batch: RequestBatch, index: number, routePath: string) {
    this.id = String(batch.ids[index])
    this.method = batch.methods[index] ?? ''
    this.target = batch.targets[index] ?? '/'
    this.remoteAddress = batch.addresses[index] ?? ''
    this.rawHeaders = batch.headers[index] ?? ''
    this.routePath = routePath
    const queryAt = this.target.indexOf('?')
    this.path = queryAt < 0 ? this.target : this.target.slice(0, queryAt)
    this.packedBody = batch.bodies === null ? null : bodyAt(batch.bodies, batch.bodyEnds, index)
  }

  get params(): Readonly<Record<string, string>> {
    this.readParams ??= pathParameters(this.routePath, this.path)
    return this.readParams
  }

  get query(): Readonly<Record<string, string | readonly string[]>> {
    this.readQuery ??= queryParameters(this.target.slice(this.path.length + 1))
    return this.readQuery
  }

  get headers(): Readonly<Record<string, string>> {
    this.readHeaders ??= headerRecord(this.rawHeaders.split(headerSeparator))
    return this.readHeaders
  }

  get body(): Uint8Array {
    return this.packedBody ?? new Uint8Array()
  }
}

class RouteTaken extends Error {
  readonly code = 'HTTP_ROUTE_TAKEN'

  constructor(route: HttpRoute) {
    super(`${route.method} ${route.path} is already answered by another node. Choose another path.`)
  }
}

function bodyAt(bodies: Uint8Array, ends: readonly number[], index: number): Uint8Array {
  return bodies.subarray(index === 0 ? 0 : ends[index - 1], ends[index])
}

function headerRecord(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    const value = raw[index + 1] ?? ''
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return headers
}

/** How an answer is framed is not the flow's business. */
const framing = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding'])

function headerList(headers: HttpResponse['headers']): string[] | null {
  if (headers === undefined) return null
  const list: string[] = []
  for (const name of Object.keys(headers)) {
    if (!framing.has(name.toLowerCase())) list.push(name, String(headers[name]))
  }
  return list
}

/** A view is copied, because cloning it would copy the whole buffer under it. */
function bodyToSend(body: HttpResponse['body']): string | Uint8Array | null {
  if (body === undefined || typeof body === 'string') return body ?? null
  return new Uint8Array(body)
}
