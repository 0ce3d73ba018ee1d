import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { Alert, Answer, ClientEvents, ServerEvents, ServerStatus } from '@millrace/protocol'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { Audience, lookingAtNothing, type Looker } from './audience.ts'
import { rateLimit } from './rate-limit.ts'
import { refusal, requestParsers } from './requests.ts'

/** Longest message taken from an editor, in bytes; none that is honest comes near it. */
const requestBytesMax = 65_536
const requestsPerSecond = 20
/** Most editors at once. */
const editorsMax = 100

export interface LiveOptions {
  readonly server: HttpServer
  readonly supervisor: Supervisor
  /** Why a handshake is refused, such as for a foreign Origin; null lets it in. */
  readonly refuse: (request: IncomingMessage) => string | null
  readonly hasFlow: (name: string) => boolean
  /** What a new editor is told first. */
  readonly status: () => ServerStatus
  readonly monotonic: () => number
}

/** What the rest of the server has to tell the open editors. */
export interface LiveChannel {
  alert(alert: Alert): void
  saved(change: { readonly flow: string; readonly revision: string | null }): void
  connections(): void
  status(status: ServerStatus): void
  readonly editorCount: number
  close(): Promise<void>
}

type EditorSocket = Socket<ClientEvents, ServerEvents>

/** The socket.io channel to the open editors. Nothing is gathered for flows nobody looks at. */
export function openLiveChannel(options: LiveOptions): LiveChannel {
  const { supervisor } = options
  const io = new Server<ClientEvents, ServerEvents>(options.server, {
    maxHttpBufferSize: requestBytesMax,
    serveClient: false,
    connectTimeout: 10_000,
    // The editor comes from the same origin; no other page is let in.
    allowRequest: (request, done) => {
      const reason = options.refuse(request)
      const isFull = io.engine.clientsCount >= editorsMax
      done(reason ?? (isFull ? 'too many editors' : null), reason === null && !isFull)
    },
  })
  const audience = new Audience((flow, watched) => supervisor.watch(flow, watched))
  io.on('connection', (socket) => serve(socket, audience, options))
  const stops = forward(io, supervisor)
  return {
    alert: (alert) => io.emit('alert', alert),
    saved: (change) => io.emit('saved', change),
    connections: () => io.emit('connections'),
    status: (status) => io.volatile.emit('server', status),
    get editorCount() {
      return io.engine.clientsCount
    },
    async close() {
      for (const stop of stops) stop()
      await io.close()
    },
  }
}

/** Batches of a flow go to those who look at it, and are dropped for those who cannot keep up. */
function forward(
  io: Server<ClientEvents, ServerEvents>,
  supervisor: Supervisor,
): readonly (() => void)[] {
  return [
    supervisor.on('counters', (batch) => io.to(batch.flow).volatile.emit('counters', batch)),
    supervisor.on('debug', (batch) => io.to(batch.flow).volatile.emit('debug', batch)),
    supervisor.on('taps', (batch) => io.to(batch.flow).volatile.emit('taps', batch)),
    supervisor.on('points', (flow, batch) => io.to(flow).volatile.emit('points', batch)),
    supervisor.on('statuses', (batch) => io.to(batch.flow).emit('statuses', batch)),
    supervisor.on('log', (flow, entries) => io.to(flow).emit('log', { flow, entries })),
    supervisor.on('deployment', (flow, deployment) => io.emit('deployment', { flow, deployment })),
  ]
}

function serve(socket: EditorSocket, audience: Audience, options: LiveOptions): void {
  const limit = rateLimit(requestsPerSecond, options.monotonic)
  const look = (change: Partial<Looker>): void =>
    audience.set(socket.id, { ...audience.get(socket.id), ...change })

  const answer =
    <Name extends keyof ClientEvents>(
      name: Name,
      act: (request: Parameters<ClientEvents[Name]>[0]) => Answer,
    ) =>
    (body: unknown, done: unknown): void => {
      const parsed = requestParsers[name](body)
      const said = !limit.take()
        ? refusal('SOCKET_TOO_FAST', 'Too many requests on the live channel; wait a second.')
        : 'refusal' in parsed
          ? parsed.refusal
          : act(parsed.request)
      if (typeof done === 'function') done(said)
    }

  const listeners = {
    watch: answer('watch', ({ flow }) => {
      if (flow !== null && !options.hasFlow(flow))
        return refusal('FLOW_UNKNOWN', `There is no flow "${flow.slice(0, 64)}".`)
      const { flow: before } = audience.get(socket.id)
      if (before !== null) void socket.leave(before)
      if (flow !== null) void socket.join(flow)
      look({ ...lookingAtNothing, flow, debugNodes: audience.get(socket.id).debugNodes })
      return { ok: true }
    }),
    debug: answer('debug', ({ nodes }) => {
      look({ debugNodes: nodes })
      return { ok: true }
    }),
    tap: answer('tap', ({ ports }) => {
      look({ taps: ports })
      return { ok: true }
    }),
  }
  socket.on('watch', listeners.watch)
  socket.on('debug', listeners.debug)
  socket.on('tap', listeners.tap)
  socket.on('disconnect', () => audience.remove(socket.id))
  socket.emit('server', options.status())
}
