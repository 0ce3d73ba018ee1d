import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

export interface ReceivedPost {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface WebAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface WebReceiver {
  readonly url: string
  /** Those that were answered with success. */
  readonly taken: readonly ReceivedPost[]
  /** All, with those that were refused. */
  readonly seen: readonly ReceivedPost[]
  /** What the next requests are answered with, first in first out; then `200 ok`. */
  readonly answers: WebAnswer[]
  kill(): Promise<void>
  restart(): Promise<void>
  /** Answers nothing until the result is called. */
  halt(): () => void
}

export interface WebReceiverOptions {
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly bytesMax?: number
  /** What requests are answered with; `200 ok` when absent. */
  readonly usual?: WebAnswer
}

/** A web service that answers as it is told; `bytesMax` makes it refuse longer bodies with 413. */
export async function startWebReceiver(options: WebReceiverOptions = {}): Promise<WebReceiver> {
  const taken: ReceivedPost[] = []
  const seen: ReceivedPost[] = []
  const answers: WebAnswer[] = []
  let waiting: (() => void)[] | undefined
  const make = (): Server => {
    const { tls } = options
    const server = tls === undefined ? createServer() : createSecureServer(tls)
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => (body += chunk))
      const answer = (): void => {
        const post = { path: request.url ?? '', headers: request.headers, body }
        seen.push(post)
        const isTooLong = body.length > (options.bytesMax ?? Infinity)
        const usual = isTooLong ? { status: 413 } : (options.usual ?? { status: 200, body: 'ok' })
        const { status, headers = {}, body: text = '' }: WebAnswer = answers.shift() ?? usual
        if (status < 300) taken.push(post)
        response.writeHead(status, headers).end(text)
      }
      request.on('end', () => {
        if (waiting === undefined) answer()
        else waiting.push(answer)
      })
    })
    return server
  }
  let server = await listening(make(), 0)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/hooks/T0/B0/secret-part`,
    taken,
    seen,
    answers,
    halt: () => {
      waiting = []
      return () => {
        for (const answer of waiting ?? []) answer()
        waiting = undefined
      }
    },
    kill: () => {
      if (!server.listening) return Promise.resolve()
      server.closeAllConnections()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
    restart: async () => {
      server = await listening(make(), port)
    },
  }
}

function listening(server: Server, port: number): Promise<Server> {
  return new Promise((resolve) => void server.listen(port, '127.0.0.1', () => resolve(server)))
}
