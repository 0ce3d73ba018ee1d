import type { IncomingMessage } from 'node:http'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Connector } from '../suite/connector.ts'
import { numberIn, Numbers } from '../suite/seen-numbers.ts'

export const netWebsocket: Connector = {
  system: 'WebSocket',
  against: 'our own server',
  services: [],
  nodes: { source: 'net/websocket-in', sink: 'net/websocket-out' },

  open: async () => {
    const [feeder, receiver] = [await openPeer(), await openPeer()]
    return {
      server: {
        kill: async () => void (await Promise.all([feeder.end(), receiver.end()])),
        stop: async () => void (await Promise.all([feeder.end(), receiver.end()])),
        restart: async () => void (await Promise.all([feeder.start(), receiver.start()])),
        halt: () => receiver.halt(),
      },
      source: {
        config: () => ({ mode: 'connect', url: feeder.url, format: 'json', auth: 'bearer' }),
        secrets: { token },
        write: (_place, numbers) =>
          feeder.send(numbers.map((n) => JSON.stringify({ n }))).then(() => numbers),
        writeRaw: (_place, body) => feeder.send([body]),
        malformed: { body: Buffer.from('{"n":'), code: 'FORMAT_DECODE' },
      },
      sink: {
        config: () => ({
          mode: 'connect',
          url: receiver.url,
          auth: 'bearer',
          bufferBytesMax: 1_048_576,
        }),
        secrets: { token },
        watch: () => Promise.resolve(receiver.seen.watch()),
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: {},
          names: /Nothing answers at .*Address/,
          node: { source: { url: 'ws://127.0.0.1:1/' }, sink: { url: 'ws://127.0.0.1:1/' } },
        },
        {
          name: 'a path that is none',
          change: {},
          names: /answers with 400/,
          node: { source: { url: `${feeder.url}/no` }, sink: { url: `${receiver.url}/no` } },
        },
      ],
    }
  },
}

const token = 'a-right-token-of-sockets'
const verifyClient = ({ req }: { readonly req: IncomingMessage }) =>
  req.headers.authorization === `Bearer ${token}`

/** Sends to whoever connects, and keeps what it is sent. */
async function openPeer() {
  const sockets = new Set<WebSocket>()
  const seen = new Numbers()
  const connected: ((socket: WebSocket) => void)[] = []
  let server: WebSocketServer | undefined
  let isHalted = false
  let port = 0
  const onSocket = (socket: WebSocket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data: Buffer) => seen.add(numberIn(data.toString())))
    if (isHalted) socket.pause()
    for (const tell of connected.splice(0)) tell(socket)
  }
  const start = async (): Promise<void> => {
    const made = new WebSocketServer({ host: '127.0.0.1', port, path: '/live', verifyClient })
    server = made
    await new Promise<void>((resolve) => void made.once('listening', resolve))
    made.on('connection', onSocket)
    const address = made.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  }
  await start()
  return {
    url: `ws://127.0.0.1:${port}/live`,
    seen,
    start,
    /** Waits for one that listens. */
    async send(messages: readonly (string | Uint8Array)[]): Promise<void> {
      const socket =
        [...sockets].at(-1) ?? (await new Promise<WebSocket>((resolve) => connected.push(resolve)))
      const sent = messages.map(
        (message) => new Promise<void>((resolve) => socket.send(message, () => resolve())),
      )
      await Promise.all(sent)
    },
    halt: () => {
      isHalted = true
      for (const socket of sockets) socket.pause()
      return () => {
        isHalted = false
        for (const socket of sockets) socket.resume()
      }
    },
    async end(): Promise<void> {
      for (const socket of sockets) socket.terminate()
      const ending = server
      server = undefined
      if (ending !== undefined) await new Promise<void>((resolve) => ending.close(() => resolve()))
    },
  }
}
