import { sink } from '@millrace/sdk'
import type { HttpRequest, HttpStream, NodeContext } from '@millrace/sdk'
import { listenerRefusal } from '@millrace/web'
import { httpEventsOutDescriptor } from './descriptor.ts'
import { dataText, eventText } from './event-text.ts'
import { KeptEvents } from './kept-events.ts'
import { ListeningClient } from './listening-client.ts'

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
  private readonly clients = new Map<HttpStream, ListeningClient>()
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
    timers.every(config.aliveMs, () => this.each((client) => client.greet(': alive\n\n')))
    this.show()
  }

  send(data: string, name: string): void {
    const number = (this.sent.get('number') ?? 0) + 1
    this.sent.set('number', number)
    const text = eventText({ id: String(number), name, data })
    this.kept.add(number, text)
    this.each((client) => client.tell(text))
  }

  close(): void {
    this.leave()
    for (const stream of this.clients.keys()) stream.end()
  }

  private receive(request: HttpRequest): void {
    const { config, http } = this.context
    const { origins, token } = config
    const refusal = listenerRefusal(request, { origins, token })
    if (refusal !== undefined) {
      http.respond(request.id, refusal)
      return
    }
    const stream = http.stream(request.id, headFor(request), {
      onDrain: () => {
        if (stream !== undefined) this.clients.get(stream)?.onDrain()
      },
      onClose: () => {
        if (stream !== undefined) this.clients.delete(stream)
        this.show()
      },
    })
    if (stream === undefined) return
    stream.write(`retry: ${config.retryMs}\n\n`)
    const { kept } = this
    const { bufferBytesMax } = config
    const missed = { kept, bufferBytesMax, lastSeen: lastSeen(request) }
    this.clients.set(stream, new ListeningClient({ stream, ...missed }))
    this.show()
  }

  /** Lets go of those that do not read. */
  private each(say: (client: ListeningClient) => boolean): void {
    for (const [stream, client] of this.clients) {
      if (say(client)) continue
      this.dropped += 1
      this.clients.delete(stream)
      stream.destroy()
    }
  }

  /** Once for all that come and go in a turn. */
  private show(): void {
    if (this.isShowing) return
    this.isShowing = true
    const { status, config, timers } = this.context
    timers.soon(() => {
      this.isShowing = false
      const { size } = this.clients
      const count = size === 1 ? '1 client' : `${size} clients`
      const text = `${count} at ${config.path}`
      const slow = `; ${this.dropped} read too slowly and were let go`
      status({ state: 'ok', text: (this.dropped === 0 ? text : text + slow).slice(0, 200) })
    })
  }
}

const keptBytesMax = 16_777_216

/** A page that may listen may also read: browsers ask for its origin in the answer. */
function headFor({ headers: { origin } }: HttpRequest) {
  const headers: Record<string, string> = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies such as nginx would hold events back otherwise.
    'x-accel-buffering': 'no',
    vary: 'Origin',
  }
  if (origin !== undefined) headers['access-control-allow-origin'] = origin
  return { status: 200, headers }
}

/** Browsers send it in the header; who first comes may give it in the address. */
function lastSeen({ headers, query }: HttpRequest): number | undefined {
  const text = headers['last-event-id'] ?? query['lastEventId']
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : undefined
}
