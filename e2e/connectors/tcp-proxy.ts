import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** Stands between a client and a server, to watch and to break the connection. */
export interface TcpProxy {
  readonly port: number
  /** Bytes from the client so far, all connections together. */
  readonly sent: Buffer
  readonly connections: number
  /** Breaks all connections as a network failure would. */
  cut(): void
  stop(): Promise<void>
}

export async function startProxy(target: number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  const chunks: Buffer[] = []
  let connections = 0
  const server = createServer((client) => {
    connections += 1
    const upstream = connect({ port: target, host: '127.0.0.1' })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
    client.on('data', (chunk: Buffer) => chunks.push(chunk))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get sent() {
      return Buffer.concat(chunks)
    },
    get connections() {
      return connections
    },
    cut,
    stop: () => {
      cut()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}
