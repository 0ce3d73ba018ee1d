import type { Server as HttpServer } from 'node:http'
import { Server as SocketServer } from 'socket.io'
import type { Answer, ClientEvents, DebugBatch, ServerEvents, TapsBatch } from '@millrace/protocol'
import { checkHost, checkOrigin } from '../http/guard/host.ts'
import type { OriginRules } from '../http/guard/host.ts'
import { checkOwnFlow } from '../http/guard/own-flows.ts'
import type { Server } from '../server-parts.ts'
import { mergeLooks } from './merge-looks.ts'
import { Outbox } from './outbox.ts'
import type { LiveSocket } from './outbox.ts'
import { lookAtNothing, readRequest } from './requests.ts'
import type { Look } from './requests.ts'
import { TokenBucket } from './token-bucket.ts'
import { WatchedFlow } from './watched-flow.ts'

const frameBytesMax = 64 * 1024
const socketsMax = 100
const debugEntriesMax = 50
const connectWithinMs = 10_000
const statusPeriodMs = 2_000
/** Requests of one editor: so many at once, and so many a second. */
const requestRate = { burst: 40, perSecond: 20 }
/** One that goes on sending what it should not is shut out. */
const offencesMax = 100

export interface LiveChannelOptions {
  readonly server: Server
  readonly http: HttpServer
  readonly rules: OriginRules
}

/** Sends open editors what they look at, and the supervisor what that is. */
export class LiveChannel {
  readonly #server: Server
  readonly #sockets: SocketServer<ClientEvents, ServerEvents>
  readonly #looks = new Map<LiveSocket, Look>()
  readonly #outboxes = new Map<LiveSocket, Outbox>()
  readonly #flows = new Map<string, WatchedFlow>()
  readonly #stops: (() => void)[] = []
  readonly #statusTimer: NodeJS.Timeout

  constructor({ server, http, rules }: LiveChannelOptions) {
    this.#server = server
    this.#sockets = new SocketServer(http, {
      serveClient: false,
      maxHttpBufferSize: frameBytesMax,
      connectTimeout: connectWithinMs,
      perMessageDeflate: false,
      httpCompression: false,
      allowRequest: (request, decide) => {
        const isFull = this.#looks.size >= socketsMax
        const refusal = checkHost(request, rules) ?? checkOrigin(request) ?? checkOwnFlow(request)
        decide(isFull ? 'too many connections' : refusal?.message, !isFull && refusal === null)
      },
    })
    this.#sockets.on('connection', (socket) => this.#onConnection(socket))
    this.#statusTimer = setInterval(() => this.#sendStatus(), statusPeriodMs)
    this.#statusTimer.unref()
    this.#listen()
  }

  /** Tells every open editor, whatever it looks at. */
  tellConnections(): void {
    this.#sockets.emit('connections')
  }

  async close(): Promise<void> {
    clearInterval(this.#statusTimer)
    for (const stop of this.#stops) stop()
    await this.#sockets.close()
  }

  #listen(): void {
    const { supervisor, saved, deployments, alerts } = this.#server
    this.#stops.push(
      supervisor.on('counters', (batch) => {
        this.#flows.get(batch.flow)?.addCounters(batch)
        for (const socket of this.#watchers(batch.flow))
          this.#outbox(socket).send('counters', batch)
      }),
      supervisor.on('statuses', (batch) => {
        this.#flows.get(batch.flow)?.addStatuses(batch)
        for (const socket of this.#watchers(batch.flow)) socket.emit('statuses', batch)
      }),
      supervisor.on('points', (flow, batch) => {
        for (const socket of this.#watchers(flow)) this.#outbox(socket).send('points', batch)
      }),
      supervisor.on('log', (flow, entries) => {
        for (const socket of this.#watchers(flow))
          this.#outbox(socket).send('log', { flow, entries })
      }),
      supervisor.on('debug', (batch) => this.#sendDebug(batch)),
      supervisor.on('taps', (batch) => this.#sendTaps(batch)),
      supervisor.on('engine', () => this.#sendStatus()),
      deployments.onInfo((flow, deployment) => {
        if (deployment.state !== 'running') this.#flows.get(flow)?.forget()
        this.#sockets.emit('deployment', { flow, deployment })
      }),
      saved.onSaved((flow, revision) => void this.#sockets.emit('saved', { flow, revision })),
      alerts.onChange((alert) => void this.#sockets.emit('alert', alert)),
    )
  }

  /** Forgets what is known of nodes that a deployment removed. */
  retain(flow: string, nodes: ReadonlySet<string>): void {
    this.#flows.get(flow)?.retain(nodes)
  }

  #onConnection(socket: LiveSocket): void {
    const bucket = new TokenBucket({ ...requestRate, nowMs: () => this.#server.clock.monotonic() })
    let offences = 0
    this.#looks.set(socket, lookAtNothing)
    this.#outboxes.set(socket, new Outbox(socket))
    socket.onAny((event: unknown, request: unknown, done: unknown) => {
      const answer = this.#take(socket, bucket, { event, request })
      if (typeof done === 'function') done(answer)
      if (answer.ok) return
      offences += 1
      if (offences >= offencesMax) socket.disconnect(true)
    })
    socket.on('disconnect', () => {
      const { flow } = this.#lookOf(socket)
      this.#looks.delete(socket)
      this.#outboxes.delete(socket)
      if (flow !== null) this.#announce(flow)
    })
    socket.emit('server', this.#server.status())
  }

  #take(
    socket: LiveSocket,
    bucket: TokenBucket,
    { event, request }: { readonly event: unknown; readonly request: unknown },
  ): Answer {
    if (!bucket.take()) return refuse('TOO_FAST', 'Too many requests at once; wait a second')
    const isKnown = typeof event === 'string' && Object.hasOwn(readRequest, event)
    const read = isKnown ? readRequest[event] : undefined
    if (!read) return refuse('EVENT_UNKNOWN', 'There is no such event')
    const look = read(request, this.#lookOf(socket))
    if (typeof look === 'string') return refuse('EVENT_SHAPE', look)
    if (look.flow !== null && !this.#server.saved.has(look.flow)) {
      return refuse('FLOW_UNKNOWN', `There is no flow "${look.flow}"`)
    }
    this.#look(socket, look)
    return { ok: true }
  }

  #look(socket: LiveSocket, look: Look): void {
    const before = this.#lookOf(socket)
    this.#looks.set(socket, look)
    if (before.flow !== look.flow) this.#outbox(socket).forget()
    if (before.flow !== null && before.flow !== look.flow) this.#announce(before.flow)
    if (look.flow === null) return
    const known = this.#flows.get(look.flow)
    if (before.flow !== look.flow && known) {
      socket.emit('counters', known.counters())
      socket.emit('statuses', known.statuses())
    }
    this.#announce(look.flow)
  }

  /** Tells the supervisor what of a flow is looked at now. */
  #announce(flow: string): void {
    const looks = [...this.#looks.values()].filter((look) => look.flow === flow)
    if (looks.length === 0) this.#flows.delete(flow)
    else if (!this.#flows.has(flow)) this.#flows.set(flow, new WatchedFlow(flow))
    this.#server.supervisor.watch(flow, mergeLooks(looks))
  }

  #sendDebug(batch: DebugBatch): void {
    for (const socket of this.#watchers(batch.flow)) {
      const wanted = debugFor(batch, this.#lookOf(socket).debugNodes)
      if (wanted) this.#outbox(socket).sendDebug(wanted)
    }
  }

  #sendTaps(batch: TapsBatch): void {
    for (const socket of this.#watchers(batch.flow)) {
      const { taps } = this.#lookOf(socket)
      const ports = batch.ports.filter(({ port }) => taps.includes(port))
      if (ports.length > 0) this.#outbox(socket).send('taps', { flow: batch.flow, ports })
    }
  }

  #sendStatus(): void {
    if (this.#looks.size === 0) return
    const status = this.#server.status()
    for (const socket of this.#looks.keys()) this.#outbox(socket).send('server', status)
  }

  #watchers(flow: string): readonly LiveSocket[] {
    return [...this.#looks].filter(([, look]) => look.flow === flow).map(([socket]) => socket)
  }

  #outbox(socket: LiveSocket): Outbox {
    const known = this.#outboxes.get(socket) ?? new Outbox(socket)
    this.#outboxes.set(socket, known)
    return known
  }

  #lookOf(socket: LiveSocket): Look {
    return this.#looks.get(socket) ?? lookAtNothing
  }
}

/** The entries of the nodes wanted, up to a bound; those over it are counted. */
function debugFor(batch: DebugBatch, nodes: readonly string[] | null): DebugBatch | null {
  const isAll = nodes === null && batch.entries.length <= debugEntriesMax
  if (isAll) return batch
  const entries = batch.entries.filter((entry) => nodes?.includes(entry.node) ?? true)
  const dropped = new Map(
    Object.entries(batch.dropped).filter(([node]) => nodes?.includes(node) ?? true),
  )
  const kept = entries.slice(-debugEntriesMax)
  for (const { node } of entries.slice(0, -debugEntriesMax)) {
    dropped.set(node, (dropped.get(node) ?? 0) + 1)
  }
  if (kept.length === 0 && dropped.size === 0) return null
  return { flow: batch.flow, entries: kept, dropped: Object.fromEntries(dropped) }
}

function refuse(code: string, message: string): Answer {
  return { ok: false, code, message }
}
