import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** An annotation as Grafana lists it. */
export interface StubAnnotation {
  readonly id: number
  time: number
  timeEnd: number
  text: string
  tags: readonly string[]
  readonly dashboardUID?: string
  readonly panelId?: number
}

export interface GrafanaStub {
  readonly url: string
  readonly token: string
  readonly annotations: readonly StubAnnotation[]
  /** Lines that were pushed, by stream. */
  readonly live: ReadonlyMap<string, readonly string[]>
  /** By UID. */
  readonly dataSources: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly dashboards: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** Such as `POST /api/annotations`. */
  readonly requests: readonly string[]
  /** Answers all further requests with this status; 0 goes on as usual. */
  answerWith(status: number): void
  /** Takes requests of further ones away, such as the right to make data sources. */
  forbid(path: string): void
  deleteAnnotation(id: number): void
  /** Answers nothing until the result is called. */
  halt(): () => void
  /** Goes away, and comes back at the same address with all that it has. */
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

type Body = Readonly<Record<string, unknown>>
type Answer = readonly [status: number, value: unknown]

/**
 * Not a Grafana: none can be installed here. Answers those requests of Grafana's published HTTP API
 * that Millrace makes, in the words of its documentation, and refuses all others.
 */
export async function startGrafanaStub(): Promise<GrafanaStub> {
  const stub = new Stub()
  await stub.listen(0)
  return stub
}

class Stub implements GrafanaStub {
  readonly token = 'glsa_of-the-stub'
  readonly annotations: StubAnnotation[] = []
  readonly live = new Map<string, string[]>()
  readonly dataSources = new Map<string, Body>()
  readonly dashboards = new Map<string, Body>()
  readonly requests: string[] = []
  private readonly forbidden = new Set<string>()
  private server: Server = createServer()
  private port = 0
  private status = 0
  private halted: Promise<void> = Promise.resolve()
  private ids = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  answerWith(status: number): void {
    this.status = status
  }

  forbid(path: string): void {
    this.forbidden.add(path)
  }

  deleteAnnotation(id: number): void {
    this.annotations.splice(
      this.annotations.findIndex((each) => each.id === id),
      1,
    )
  }

  /** May be taken off the stub. */
  readonly halt = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.halted = promise
    return resolve
  }

  async listen(port: number): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response))
    await new Promise<void>((resolve) => void this.server.listen(port, '127.0.0.1', resolve))
    const address = this.server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
  }

  kill(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((resolve) => void this.server.close(() => resolve()))
  }

  async restart(): Promise<void> {
    if (this.server.listening) await this.kill()
    await this.listen(this.port)
  }

  stop(): Promise<void> {
    return this.kill()
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    await this.halted
    const url = new URL(request.url ?? '/', this.url)
    const { method = 'GET' } = request
    this.requests.push(`${method} ${url.pathname}`)
    const [status, value] = this.answer(method, url, {
      text: Buffer.concat(chunks).toString(),
      authorization: request.headers.authorization,
    })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(value))
  }

  private answer(
    method: string,
    url: URL,
    { text, authorization }: { readonly text: string; readonly authorization: string | undefined },
  ): Answer {
    const { pathname: path } = url
    if (path === '/api/health') return [200, { commit: 'stub', database: 'ok', version: '12.0.0' }]
    if (this.status !== 0) return [this.status, { message: 'as told' }]
    if (authorization !== `Bearer ${this.token}`) return [401, { message: 'Invalid API key' }]
    if (this.forbidden.has(path)) {
      return [403, { message: "You'll need additional permissions to perform this action." }]
    }
    if (path === '/api/org') return [200, { id: 1, name: 'Main Org.' }]
    if (path === '/api/access-control/user/permissions') return [200, permissions]
    const push = /^\/api\/live\/push\/([\w-]+)$/.exec(path)
    if (push !== null && method === 'POST') return this.push(push[1] ?? '', text)
    const body = jsonOf(text)
    if (body === undefined) return [400, { message: 'bad request data' }]
    return this.answerJson(`${method} ${path}`, url, body)
  }

  private answerJson(route: string, url: URL, body: Body): Answer {
    const [, id] = /^PATCH \/api\/annotations\/(\d+)$/.exec(route) ?? []
    if (id !== undefined) return this.patch(Number(id), body)
    const [, uid] = /^(?:GET|PUT) \/api\/datasources\/uid\/([\w-]+)$/.exec(route) ?? []
    if (uid !== undefined) return this.dataSource(route, uid, body)
    switch (route) {
      case 'POST /api/annotations':
        return this.annotate(body)
      case 'GET /api/annotations':
        return [200, this.find(url.searchParams)]
      case 'POST /api/datasources':
        return this.makeDataSource(body)
      case 'POST /api/dashboards/db':
        return this.saveDashboard(body)
      default:
        return [404, { message: 'Not found' }]
    }
  }

  private annotate(body: Body): Answer {
    const { text, time, timeEnd, tags = [], dashboardUID, panelId } = body
    if (typeof text !== 'string' || text === '') {
      return [400, { message: 'text field should not be empty' }]
    }
    this.ids += 1
    const at = Number(time)
    this.annotations.push({
      id: this.ids,
      time: at,
      timeEnd: timeEnd === undefined ? at : Number(timeEnd),
      text,
      tags: tags as readonly string[],
      ...(typeof dashboardUID === 'string' ? { dashboardUID } : {}),
      ...(panelId === undefined ? {} : { panelId: Number(panelId) }),
    })
    return [200, { message: 'Annotation added', id: this.ids }]
  }

  private find(query: URLSearchParams): readonly StubAnnotation[] {
    const [from, to] = [Number(query.get('from') ?? 0), Number(query.get('to') ?? Infinity)]
    const dashboard = query.get('dashboardUID')
    return this.annotations
      .filter(({ time, timeEnd }) => time <= to && timeEnd >= from)
      .filter(({ dashboardUID }) => dashboard === null || dashboardUID === dashboard)
      .slice(0, Number(query.get('limit') ?? 100))
  }

  private patch(id: number, { text, tags, time, timeEnd }: Body): Answer {
    const found = this.annotations.find((each) => each.id === id)
    if (found === undefined) return [404, { message: 'Annotation not found' }]
    if (typeof text === 'string') found.text = text
    if (Array.isArray(tags)) found.tags = tags
    if (time !== undefined) found.time = Number(time)
    if (timeEnd !== undefined) found.timeEnd = Number(timeEnd)
    return [200, { message: 'Annotation patched' }]
  }

  private push(stream: string, text: string): Answer {
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.some((line) => !/^\S+ \S.* \d{19}$/.test(line))) {
      return [400, { message: 'error converting metrics' }]
    }
    this.live.set(stream, [...(this.live.get(stream) ?? []), ...lines])
    return [200, {}]
  }

  private dataSource(route: string, uid: string, body: Body): Answer {
    const found = this.dataSources.get(uid)
    if (found === undefined) return [404, { message: 'Data source not found' }]
    if (route.startsWith('GET')) return [200, found]
    this.dataSources.set(uid, { ...body, uid })
    return [200, { message: 'Datasource updated', name: body['name'] }]
  }

  private makeDataSource(body: Body): Answer {
    const { uid, name, type, access } = body
    if (typeof name !== 'string' || typeof type !== 'string' || typeof access !== 'string') {
      return [400, { message: 'bad request data' }]
    }
    const isTaken = [...this.dataSources.values()].some((each) => each['name'] === name)
    if (isTaken || this.dataSources.has(String(uid))) {
      return [409, { message: 'data source with the same name already exists' }]
    }
    this.dataSources.set(String(uid), body)
    return [200, { message: 'Datasource added', name, datasource: { uid } }]
  }

  private saveDashboard({ dashboard, overwrite }: Body): Answer {
    const given = (dashboard ?? {}) as Body
    const uid = typeof given['uid'] === 'string' ? given['uid'] : ''
    if (typeof given['title'] !== 'string' || given['title'] === '') {
      return [400, { message: 'Dashboard title cannot be empty' }]
    }
    if (uid.length > 40) return [400, { message: 'uid too long, max 40 characters' }]
    if (this.dashboards.has(uid) && overwrite !== true) {
      return [412, { status: 'version-mismatch', message: 'The dashboard has been changed' }]
    }
    this.dashboards.set(uid, given)
    return [200, { id: 1, uid, url: `/d/${uid}/it`, status: 'success', version: 1, slug: 'it' }]
  }
}

const permissions = {
  'annotations:create': ['annotations:type:*'],
  'annotations:write': ['annotations:type:*'],
  'dashboards:create': ['folders:*'],
}

function jsonOf(text: string): Body | undefined {
  if (text === '') return {}
  try {
    return JSON.parse(text) as Body
  } catch {
    return undefined
  }
}
