import { sink } from '@millrace/sdk'
import type { HttpRequest, HttpStream, NodeContext } from '@millrace/sdk'
import { isSameText } from '@millrace/web'
import { httpEventsOutDescriptor } from './descriptor.ts'
import { dataText, eventText } from './event-text.ts'
import { KeptEvents } from './kept-events.ts'

type Context = NodeContext<typeof httpEventsOutDescriptor>

export const httpEventsOut = sink(httpEventsOutDescriptor, (context) => {
  const audience = new Audience(context)
  return {
    onMessage: (message) => {
      const { data, event } = context.config
      const text = dataText(data === undefined ? message.payload : data(message))
      audience.send(text, event === undefined ? '' : event(message))
    },
    close: () => audience.close(),
  }
})

/** The clients that listen, and what those who come back have missed. */
class Audience {
  private readonly context: Context
  private readonly streams = new Set<HttpStream>()
  private readonly kept: KeptEvents
  private readonly leave: () => void
  private readonly sent
  private dropped = 0
  private isShowing = false

  constructor(context: Context) {
    const { config, http, timers, state } = context
    this.context = context
    this.sent = state.map<number>('sent')
    this.kept = new KeptEvents(config.kept, keptBytesMax)
    const route = { method: 'GET', path: config.path, bodyBytesMax: 0, openMax: config.clientsMax }
    this.leave = http.route(route, (request) => this.receive(request))
    timers.every(config.aliveMs, () => this.write(': alive\n\n'))
    this.show()
  }

  send(data: string, name: string): void {
    const number = (this.sent.get('number') ?? 0) + 1
    this.sent.set('number', number)
    const text = eventText({ id: String(number), name, data })
    this.kept.add(number, text)
    this.write(text)
  }

  close(): void {
    this.leave()
    for (const stream of this.streams) stream.end()
  }

  private receive(request: HttpRequest): void {
    const { config, http } = this.context
    if (!mayCome(request, config.token)) {
      const headers = { 'www-authenticate': 'Bearer' }
      http.respond(request.id, { status: 401, headers, body: 'A token is needed here.' })
      return
    }
    const stream = http.stream(request.id, this.head(), {
      onClose: () => {
        if (stream !== undefined) this.streams.delete(stream)
        this.show()
      },
    })
    if (stream === undefined) return
    stream.write(`retry: ${config.retryMs}\n\n`)
    const last = lastSeen(request)
    if (last !== undefined) for (const text of this.kept.after(last)) stream.write(text)
    this.streams.add(stream)
    this.show()
  }

  private head() {
    const { origin } = this.context.config
    const headers: Record<string, string> = {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies such as nginx would hold events back otherwise.
      'x-accel-buffering': 'no',
    }
    if (origin !== '') headers['access-control-allow-origin'] = origin
    return { status: 200, headers }
  }

  private write(text: string): void {
    for (const stream of this.streams) {
      if (stream.bufferedBytes <= this.context.config.bufferBytesMax) stream.write(text)
      else {
        this.dropped += 1
        this.streams.delete(stream)
        stream.destroy()
      }
    }
  }

  /** Once for all that come and go in a turn. */
  private show(): void {
    if (this.isShowing) return
    this.isShowing = true
    const { status, config, timers } = this.context
    timers.soon(() => {
      this.isShowing = false
      const count = this.streams.size === 1 ? '1 client' : `${this.streams.size} clients`
      const text = `${count} at ${config.path}`
      const slow = `; ${this.dropped} read too slowly and were let go`
      status({ state: 'ok', text: (this.dropped === 0 ? text : text + slow).slice(0, 200) })
    })
  }
}

const keptBytesMax = 16_777_216

function mayCome({ headers, query }: HttpRequest, token: string | undefined): boolean {
  if (token === undefined || token === '') return true
  const bearer = /^bearer (.*)$/i.exec(headers['authorization'] ?? '')?.[1]
  const given = bearer ?? query['token']
  return typeof given === 'string' && isSameText(given, token)
}

/** Browsers send it in the header; who first comes may give it in the address. */
function lastSeen({ headers, query }: HttpRequest): number | undefined {
  const text = headers['last-event-id'] ?? query['lastEventId']
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : undefined
}
