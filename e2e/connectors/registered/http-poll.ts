import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Connector, PeerServer } from '../suite/connector.ts'

const token = 'a-right-token-of-polls'

export const httpPoll: Connector = {
  system: 'HTTP poll',
  against: 'our own server',
  services: [],
  nodes: { source: 'http/poll' },
  leavesOut: { pressure: 'it asks at most ten times a second, and one answer is one message' },
  open: async () => {
    const changing = await openChanging()
    return {
      server: changing,
      source: {
        config: (place) => ({ url: `${changing.url}/${place}`, everyMs: 100, auth: 'bearer' }),
        secrets: { token },
        write: (place, numbers) => {
          changing.show(place, { type: 'application/json', body: JSON.stringify({ numbers }) })
          return Promise.resolve(numbers)
        },
        writeRaw: (place, body) => {
          changing.show(place, { type: 'application/json', body })
          return Promise.resolve()
        },
        malformed: { body: Buffer.from('{"n":'), code: 'HTTP_BODY_NOT_JSON' },
        // As it was shown.
        numberIn: (payload) => (payload as { readonly numbers: readonly number[] }).numbers,
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: {},
          names: /Address/,
          node: { source: { url: 'http://127.0.0.1:1/' } },
        },
        {
          name: 'a path that is none',
          change: {},
          names: /404.*Address/,
          node: { source: { url: `${changing.url}/nothing` } },
        },
        {
          name: 'no token',
          change: {},
          names: /401.*Sign-in/,
          node: { source: { auth: 'none' } },
        },
      ],
    }
  },
}

interface Shown {
  readonly type: string
  readonly body: string | Uint8Array
}

interface Changing extends PeerServer {
  readonly url: string
  /** Is to be seen at the place once what was shown before has been asked for. */
  show(place: string, shown: Shown): void
}

/** Shows one thing after the other, each to whoever asks next, and the last one for ever. */
async function openChanging(): Promise<Changing> {
  const waiting = new Map<string, Shown[]>()
  const last = new Map<string, Shown>()
  const answer = ({ url = '/', headers }: IncomingMessage, response: ServerResponse): void => {
    if (headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
    const place = url.slice(1)
    if (place === 'nothing') return void response.writeHead(404).end()
    const next = waiting.get(place)?.shift() ?? last.get(place)
    if (next === undefined) return void response.writeHead(304).end()
    last.set(place, next)
    response.writeHead(200, { 'content-type': next.type }).end(next.body)
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
    show: (place, shown) => void waiting.set(place, [...(waiting.get(place) ?? []), shown]),
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
