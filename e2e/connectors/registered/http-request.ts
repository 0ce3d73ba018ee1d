import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Connector, Mistake, PeerServer } from '../suite/connector.ts'
import { numberIn } from '../suite/seen-numbers.ts'

const token = 'a-right-token-of-requests'

export const httpRequest: Connector = {
  system: 'HTTP request',
  against: 'our own server',
  services: [],
  nodes: { sink: 'http/request' },
  open: async () => {
    const receiver = await openReceiver()
    return {
      server: receiver,
      sink: {
        secrets: { token },
        config: (place) => ({
          auth: 'bearer',
          method: 'POST',
          url: `${receiver.url}/${place}`,
          body: 'payload',
          timeoutMs: 3_000,
          retries: 10,
        }),
        watch: (place) =>
          Promise.resolve({
            numbers: () => Promise.resolve(receiver.numbers.get(`/${place}`) ?? []),
          }),
      },
      mistakes: mistakesAt(receiver.url),
    }
  },
}

function mistakesAt(url: string): readonly Mistake[] {
  const at = (other: string) => ({ change: {}, names: /Address/, node: { sink: { url: other } } })
  return [
    { name: 'a port where nobody listens', ...at('http://127.0.0.1:1/') },
    { name: 'a name that leads nowhere', ...at('http://nowhere.invalid/') },
    { name: 'TLS where there is none', ...at(url.replace('http:', 'https:')) },
  ]
}

interface Receiver extends PeerServer {
  readonly url: string
  /** Numbers that were answered, by path. */
  readonly numbers: ReadonlyMap<string, readonly number[]>
}

/** Remembers what it was sent, and breaks all connections when it is killed. */
async function openReceiver(): Promise<Receiver> {
  const numbers = new Map<string, number[]>()
  let waiting: (() => void)[] | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = (): void => {
        const isKnown = request.headers.authorization === `Bearer ${token}`
        const n = isKnown ? numberIn(Buffer.concat(chunks).toString()) : undefined
        const path = request.url ?? ''
        if (n !== undefined) numbers.set(path, [...(numbers.get(path) ?? []), n])
        response.end('{}')
      }
      if (waiting === undefined) answer()
      else waiting.push(answer)
    })
  })
  const port = await listen(server, 0)
  const end = async (): Promise<void> => {
    if (!server.listening) return
    const closed = new Promise((resolve) => void server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${port}`,
    numbers,
    kill: end,
    stop: end,
    restart: async () => void (await listen(server, port)),
    halt: () => {
      waiting = []
      return () => {
        for (const answer of waiting ?? []) answer()
        waiting = undefined
      }
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
