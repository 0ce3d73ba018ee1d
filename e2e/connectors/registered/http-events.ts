import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Connector, PeerServer, ProductPlaces, Watching } from '../suite/connector.ts'
import { numberIn } from '../suite/seen-numbers.ts'

const token = 'a-right-token-of-events'

export const httpEvents: Connector = {
  system: 'Server-sent events',
  against: 'our own server',
  services: [],
  nodes: { source: 'http/events' },
  open: async () => {
    const publisher = await openPublisher()
    return {
      server: publisher,
      source: {
        config: (place) => ({ url: `${publisher.url}/${place}`, auth: 'bearer' }),
        secrets: { token },
        write: (place, numbers) => {
          for (const n of numbers) publisher.publish(place, JSON.stringify({ n }))
          return Promise.resolve(numbers)
        },
        writeRaw: (place, body) => {
          publisher.publish(place, Buffer.from(body).toString('latin1'))
          return Promise.resolve()
        },
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: {},
          names: /Nothing answers at .*Address/,
          node: { source: { url: 'http://127.0.0.1:1/' } },
        },
        {
          name: 'an address that is none of a stream',
          change: {},
          names: /no stream of events.*Address/,
          node: { source: { url: `${publisher.url}/page.html` } },
        },
      ],
    }
  },
}

export const httpEventsOut: Connector = {
  system: 'Server-sent events',
  against: 'fetch',
  services: [],
  nodes: { sink: 'http/events-out' },
  leavesOut: {
    server: 'listeners come to us',
    mistakes: 'whoever listens has the address, and a flow with a taken path does not start',
  },
  open: (places) =>
    Promise.resolve({
      sink: {
        config: (place) => ({ path: `/${place}-events`, kept: 100_000 }),
        secrets: { token },
        watch: (place) => Promise.resolve(listen(places, `/${place}-events`)),
        refuses: ['binary'],
      },
    }),
}

interface Publisher extends PeerServer {
  readonly url: string
  publish(place: string, data: string): void
}

/** Keeps all events, and gives each listener those after the last one it saw. */
async function openPublisher(): Promise<Publisher> {
  const kept = new Map<string, string[]>()
  const listeners = new Map<ServerResponse, string>()
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const place = (request.url ?? '/').slice(1)
    if (place === 'page.html')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end()
    if (request.headers.authorization !== `Bearer ${token}`)
      return void response.writeHead(401).end()
    const last = Number(request.headers['last-event-id'] ?? -1)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`retry: 50\n\n${(kept.get(place) ?? []).slice(last + 1).join('')}`)
    listeners.set(response, place)
    response.on('close', () => listeners.delete(response))
  }
  const server = createServer(answer)
  const port = await listenOn(server, 0)
  const end = async (): Promise<void> => {
    if (!server.listening) return
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    publish: (place, data) => {
      const events = kept.get(place) ?? []
      kept.set(place, events)
      const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
      const text = `id: ${events.length}\n${lines.join('')}\n`
      events.push(text)
      for (const [listener, at] of listeners) if (at === place) listener.write(text)
    },
    kill: end,
    stop: end,
    restart: async () => void (await listenOn(server, port)),
  }
}

async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Listens as a page would, and comes back with the last id it saw. */
function listen({ flowUrl }: ProductPlaces, path: string): Watching {
  const seen: number[] = []
  const ending = new AbortController()
  let last = 0
  const once = async (): Promise<void> => {
    const url = `${await flowUrl()}${path}?lastEventId=${last}`
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(url, { headers, signal: ending.signal })
    if (response.status !== 200 || response.body === null)
      return void (await response.arrayBuffer())
    let rest = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        const id = Number(/^id: (\d+)$/m.exec(event)?.[1] ?? last)
        last = Math.max(last, id)
        const n = numberIn(/^data: (.*)$/m.exec(event)?.[1] ?? '')
        if (n !== undefined) seen.push(n)
      }
    }
  }
  const forEver = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one connection after the other
      await once().catch(() => undefined)
      // oxlint-disable-next-line no-await-in-loop
      await pause(20)
    }
  }
  const listening = forEver()
  return {
    numbers: () => Promise.resolve(seen),
    close: () => {
      ending.abort()
      return listening
    },
  }
}
