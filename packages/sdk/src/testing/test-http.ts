import type { HttpRequest, HttpResponse, HttpRoute, HttpService } from '../context.ts'
import { NodeError } from '../error.ts'
import { TestStream } from './test-stream.ts'

export interface TestHttp extends HttpService {
  /** Routes taken now. */
  readonly routes: readonly HttpRoute[]
  /** Hands a request to the route of that method and path; gives its id. */
  request(request: Partial<HttpRequest>): string
  /** The first answer to a request, when there is one. */
  responseTo(requestId: string): HttpResponse | undefined
  /** What a request was answered with that is still going on, or was. */
  streamOf(requestId: string): TestStream | undefined
}

interface Taken {
  readonly route: HttpRoute
  readonly onRequest: (request: HttpRequest) => void
}

/** The flows' HTTP port without a port: routes match by their text or by the request's `path`. */
export function testHttp(): TestHttp {
  const taken: Taken[] = []
  const responses = new Map<string, HttpResponse>()
  const streams = new Map<string, TestStream>()
  const listeners = new Map<string, (response: HttpResponse) => void>()
  let requests = 0
  const find = (method: string, path: string): Taken | undefined =>
    taken.find(({ route }) => route.method === method && paramsOf(route.path, path) !== undefined)
  return {
    get routes() {
      return taken.map(({ route }) => route)
    },
    route: (route, onRequest) => {
      if (find(route.method, route.path) !== undefined) {
        throw new NodeError('HTTP_ROUTE_TAKEN', `${route.method} ${route.path} is taken.`)
      }
      const item: Taken = { route, onRequest }
      taken.push(item)
      return () => taken.splice(taken.indexOf(item), taken.includes(item) ? 1 : 0)
    },
    respond: (requestId, response) => {
      if (responses.has(requestId) || streams.has(requestId)) return false
      responses.set(requestId, response)
      listeners.get(requestId)?.(response)
      return true
    },
    stream: (requestId, head, events) => {
      if (responses.has(requestId) || streams.has(requestId)) return undefined
      const stream = new TestStream(head, events)
      streams.set(requestId, stream)
      return stream
    },
    streamOf: (requestId) => streams.get(requestId),
    onAnswered: (requestId, told) => void listeners.set(requestId, told),
    request: (given) => {
      requests += 1
      const request = { ...emptyRequest, id: `request-${requests}`, ...given }
      const target = find(request.method, request.path)
      if (target === undefined) throw new Error(`No route for ${request.method} ${request.path}`)
      const params = given.params ?? paramsOf(target.route.path, request.path) ?? {}
      target.onRequest({ ...request, params })
      return request.id
    },
    responseTo: (requestId) => responses.get(requestId),
  }
}

const emptyRequest: HttpRequest = {
  id: '',
  method: 'POST',
  path: '/',
  params: {},
  query: {},
  headers: {},
  body: new Uint8Array(),
  remoteAddress: '127.0.0.1',
}

function paramsOf(route: string, path: string): Record<string, string> | undefined {
  const wanted = route.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(text)
    else if (part !== text) return undefined
  }
  return params
}
