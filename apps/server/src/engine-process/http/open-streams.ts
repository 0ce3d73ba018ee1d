import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import type { Pending } from './pending.ts'
import { chunkLength } from './stream-batches.ts'
import type { StreamNews, StreamStep } from './stream-batches.ts'

interface OpenStream<Route> {
  readonly id: number
  readonly route: Route
  /** The answer, or the connection itself where it goes on as a WebSocket. */
  readonly out: Writable
  /** Given to the worker and not yet taken there. */
  untaken: number
}

/** Answers that go on, at the process's end. */
export class OpenStreams<Route> {
  private readonly streams = new Map<number, OpenStream<Route>>()
  private readonly tell: (route: Route, news: StreamNews) => void
  private readonly onClosed: (route: Route) => void

  constructor(options: {
    readonly tell: (route: Route, news: StreamNews) => void
    /** One is over. */
    readonly onClosed: (route: Route) => void
  }) {
    this.tell = options.tell
    this.onClosed = options.onClosed
  }

  open(
    { id, route, response, upgradeHead }: Pending<Route>,
    head: Extract<StreamStep, { step: 'open' }>['head'],
  ): void {
    if (head === null && upgradeHead !== undefined)
      this.openRaw(id, route, { response, upgradeHead })
    else this.openAnswer(id, route, { response, head: head ?? { status: 500, headers: null } })
    // Nothing of a WebSocket can be told to a client that did not ask for one.
    if (head === null && upgradeHead === undefined) response.end()
  }

  /** One of the further steps of a worker. */
  take(step: Exclude<StreamStep, { step: 'open' }>): void {
    switch (step.step) {
      case 'write':
        for (const id of step.ids) this.write(id, step.chunk)
        return
      case 'taken':
        return this.taken(step.id, step.bytes)
      case 'end':
        this.streams.get(step.id)?.out.end()
        return
      case 'destroy':
        this.streams.get(step.id)?.out.destroy()
    }
  }

  destroyWhere(matches: (route: Route) => boolean): void {
    for (const { out, route } of this.streams.values()) if (matches(route)) out.destroy()
  }

  private openAnswer(
    id: number,
    route: Route,
    answer: {
      readonly response: ServerResponse
      readonly head: { readonly status: number; readonly headers: string[] | null }
    },
  ): void {
    const { response, head } = answer
    try {
      response.writeHead(head.status, head.headers ?? [])
      response.flushHeaders()
    } catch {
      response.destroy()
    }
    this.add({ id, route, out: response, untaken: 0 })
  }

  private openRaw(
    id: number,
    route: Route,
    { response, upgradeHead }: { response: ServerResponse; upgradeHead: Uint8Array },
  ): void {
    const { socket } = response
    if (socket === null) return this.closed(route, id)
    response.detachSocket(socket)
    socket.setTimeout(0)
    socket.setNoDelay(true)
    const stream = { id, route, out: socket, untaken: 0 }
    this.add(stream)
    socket.on('data', (chunk: Buffer) => {
      // A copy: the buffer under it may be one for many reads.
      this.tell(route, { news: 'data', id, chunk: Uint8Array.from(chunk) })
      stream.untaken += chunk.length
      if (stream.untaken > untakenMax) socket.pause()
    })
    socket.on('end', () => socket.end())
    if (upgradeHead.length > 0) socket.unshift(upgradeHead)
    socket.resume()
  }

  private add(stream: OpenStream<Route>): void {
    const { id, out, route } = stream
    out.on('error', () => undefined)
    if (out.destroyed) return this.closed(route, id)
    this.streams.set(id, stream)
    out.once('close', () => {
      this.streams.delete(id)
      this.closed(route, id)
    })
  }

  private closed(route: Route, id: number): void {
    this.tell(route, { news: 'closed', id })
    this.onClosed(route)
  }

  private write(id: number, chunk: string | Uint8Array): void {
    const stream = this.streams.get(id)
    if (stream === undefined) return
    const bytes = chunkLength(chunk)
    stream.out.write(chunk, () => this.tell(stream.route, { news: 'left', id, bytes }))
  }

  private taken(id: number, bytes: number): void {
    const stream = this.streams.get(id)
    if (stream === undefined) return
    stream.untaken -= bytes
    // A WebSocket is the one stream that is read.
    if (stream.untaken <= untakenMax / 2 && 'resume' in stream.out) {
      const { resume } = stream.out
      if (typeof resume === 'function') resume.call(stream.out)
    }
  }
}

/** Of one client, on the way to a worker. */
const untakenMax = 262_144
