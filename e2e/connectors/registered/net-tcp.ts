import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Connector } from '../suite/connector.ts'
import { numberIn, Numbers } from '../suite/seen-numbers.ts'

/** Messages behind their length in four bytes, so that each payload can be carried. */
export const netTcp: Connector = {
  system: 'TCP',
  against: 'our own server',
  services: [],
  nodes: { source: 'net/tcp-in', sink: 'net/tcp-out' },
  leavesOut: { secrets: 'it has none but the key of a certificate' },
  open: async () => {
    const [feeder, receiver] = [await openPeer(), await openPeer()]
    const common = {
      mode: 'connect',
      framing: 'length',
      format: 'json',
      connectTimeoutMs: 1_000,
    }
    return {
      server: {
        kill: async () => void (await Promise.all([feeder.end(), receiver.end()])),
        stop: async () => void (await Promise.all([feeder.end(), receiver.end()])),
        restart: async () => void (await Promise.all([feeder.start(), receiver.start()])),
        halt: () => receiver.halt(),
      },
      source: {
        config: () => ({ ...common, port: feeder.port }),
        write: (_place, numbers) =>
          feeder.send(numbers.map((n) => Buffer.from(JSON.stringify({ n })))).then(() => numbers),
        writeRaw: (_place, body) => feeder.send([body]),
        malformed: { body: Buffer.from('{"n":'), code: 'FORMAT_DECODE' },
      },
      sink: {
        config: () => ({ ...common, port: receiver.port, bufferBytesMax: 1_048_576 }),
        watch: () => Promise.resolve(receiver.seen.watch()),
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: {},
          names: /Nothing answers at .*Port/,
          node: { source: { port: 1 }, sink: { port: 1 } },
        },
        {
          name: 'TLS where there is none',
          change: {},
          names: /TLS/,
          node: { source: { isTls: true }, sink: { isTls: true } },
        },
      ],
    }
  },
}

/** Sends to whoever connects, and keeps what it is sent. */
async function openPeer() {
  const sockets = new Set<Socket>()
  const seen = new Numbers()
  let server: Server | undefined
  let isHalted = false
  let port = 0
  const connected: ((socket: Socket) => void)[] = []
  const onSocket = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    read(socket, seen)
    if (isHalted) socket.pause()
    for (const tell of connected.splice(0)) tell(socket)
  }
  const start = async (): Promise<void> => {
    const made = createServer(onSocket)
    server = made
    await new Promise<void>((resolve) => void made.listen(port, '127.0.0.1', resolve))
    const address = made.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  }
  await start()
  return {
    port,
    seen,
    start,
    /** Waits for one that listens. */
    async send(frames: readonly Uint8Array[]): Promise<void> {
      const socket =
        [...sockets].at(-1) ?? (await new Promise<Socket>((resolve) => connected.push(resolve)))
      const framed = frames.flatMap((frame) => [lengthOf(frame), frame])
      await new Promise<void>((resolve) => socket.write(Buffer.concat(framed), () => resolve()))
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
      for (const socket of sockets) socket.destroy()
      const ending = server
      if (ending?.listening === true) {
        await new Promise<void>((resolve) => ending.close(() => resolve()))
      }
    },
  }
}

function lengthOf(frame: Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(frame.length)
  return head
}

function read(socket: Socket, seen: Numbers): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const end = 4 + rest.readUInt32BE(0)
      seen.add(numberIn(rest.subarray(4, end).toString()))
      rest = rest.subarray(end)
    }
  })
}
