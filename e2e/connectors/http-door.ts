import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestHttp } from '@millrace/sdk/testing'

export interface HttpDoor {
  readonly url: string
  close(): void
}

/** Lets real clients reach the routes that a node under test has taken. */
export async function openDoor(http: TestHttp): Promise<HttpDoor> {
  const server = createServer((request, response) => void pass(http, request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function pass(
  http: TestHttp,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '/', 'http://door')
  try {
    const id = http.request({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: flat(request),
      body: Buffer.concat(chunks),
    })
    while (http.responseTo(id) === undefined) await pause(1)
    const { status, headers = {}, body } = http.responseTo(id) ?? { status: 500 }
    response.writeHead(status, headers).end(body)
  } catch {
    response.writeHead(404).end()
  }
}

function flat({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
  )
}
