import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** Servers that say back all that they hear, as careless ones do when something is wrong. */
export interface EchoServers {
  readonly url: string
  readonly port: number
  readonly mailPort: number
  /** All that was said to them. */
  heard(): string
  close(): Promise<void>
}

const heardMax = 20_000_000
const statuses = [400, 401, 403, 404, 422, 500, 503]

export async function openEchoServers(): Promise<EchoServers> {
  let heard = ''
  const hear = (text: string): void => {
    if (heard.length < heardMax) heard += text
  }
  let count = 0
  const web = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url, headers } = request
      const all = JSON.stringify({ url, headers, body: Buffer.concat(chunks).toString() })
      hear(all)
      // Short enough to be shown whole, the credentials first.
      const told = credentialsIn(headers) + all
      count += 1
      const status = statuses[count % statuses.length] ?? 500
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-echo': told.slice(0, 500),
      })
      response.end(JSON.stringify({ message: told, error: told, detail: told }))
    })
  })
  web.on('upgrade', ({ url, headers }, socket: Socket) => {
    hear(JSON.stringify({ url, headers }))
    socket.on('error', () => undefined)
    socket.end(`HTTP/1.1 400 ${credentialsIn(headers)}\r\nContent-Length: 0\r\n\r\n`)
  })
  const mail = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220 echo\r\n')
    socket.on('data', (data) => {
      const line = data.toString()
      hear(line)
      if (/^EHLO/i.test(line)) socket.write('250-echo\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n')
      else socket.write(`535 5.7.8 refused: ${line.trim()}\r\n`)
    })
  })
  const [port, mailPort] = await Promise.all([web, mail].map(listen))
  return {
    url: `http://127.0.0.1:${port}`,
    port: port ?? 0,
    mailPort: mailPort ?? 0,
    heard: () => heard,
    close: async () => {
      web.closeAllConnections()
      await Promise.all([web, mail].map((server) => new Promise((end) => server.close(end))))
    },
  }
}

function credentialsIn(headers: Readonly<Record<string, unknown>>): string {
  const usual = new Set(['host', 'connection', 'accept', 'accept-encoding', 'content-length'])
  const others = Object.entries(headers).filter(([name]) => !usual.has(name))
  return others.map(([name, value]) => `${name}: ${String(value)}`).join(' ')
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  // A server over TCP has a port.
  return (server.address() as AddressInfo).port
}
