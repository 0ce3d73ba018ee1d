import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Connector, PeerServer } from '../suite/connector.ts'

const token = 'a-right-token-of-targets'

/** Prometheus itself and vmagent as targets have tests of their own. */
export const prometheusScrape: Connector = {
  system: 'Prometheus',
  against: 'our own target',
  services: [],
  nodes: { source: 'prometheus/scrape' },
  leavesOut: {
    'raw payloads': 'what is no exposition counts as a target that is down',
    pressure: 'it asks at most ten times a second, and not while the flow is slow',
  },
  open: async () => {
    const target = await openTarget()
    return {
      server: target,
      source: {
        config: (place) => ({
          targets: [{ id: 't', url: `${target.url}/${place}` }],
          intervalMs: 100,
          timeoutMs: 1_000,
          only: 'suite',
          auth: 'bearer',
        }),
        secrets: { token },
        write: (place, numbers) => {
          target.show(place, numbers.map((n) => `suite{n="${n}"} ${n}\n`).join(''))
          return Promise.resolve(numbers)
        },
        numberIn: numbersIn,
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: {},
          names: /Address/,
          node: { source: { targets: [{ id: 't', url: 'http://127.0.0.1:1/metrics' }] } },
        },
        {
          name: 'a path that is none',
          change: {},
          names: /404/,
          node: { source: { targets: [{ id: 't', url: `${target.url}/nothing` }] } },
        },
        { name: 'no token', change: {}, names: /Sign-in/, node: { source: { auth: 'none' } } },
      ],
    }
  },
}

/** It tells of the scrape itself too. */
function numbersIn(payload: unknown): readonly number[] {
  // A sample, as the node makes it.
  const { name, value } = payload as { readonly name: string; readonly value: number }
  return name === 'suite' ? [value] : []
}

interface Target extends PeerServer {
  readonly url: string
  /** Is to be seen once, after what was shown before. */
  show(place: string, text: string): void
}

/** Shows each set of samples to whoever scrapes next, and then none. */
async function openTarget(): Promise<Target> {
  const waiting = new Map<string, string[]>()
  const answer = ({ url = '/', headers }: IncomingMessage, response: ServerResponse): void => {
    if (headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
    const place = url.slice(1)
    if (place === 'nothing') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(waiting.get(place)?.shift() ?? '')
  }
  const server = createServer(answer)
  const port = await listen(server, 0)
  const end = async (): Promise<void> => {
    if (!server.listening) return
    const closed = new Promise((resolve) => void server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${port}`,
    show: (place, text) => void waiting.set(place, [...(waiting.get(place) ?? []), text]),
    kill: end,
    stop: end,
    restart: async () => void (await listen(server, port)),
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
