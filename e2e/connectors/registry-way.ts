import { createServer } from 'node:http'

/** Leads to a schema registry, and can be closed as if it was away. */
export interface RegistryWay {
  readonly url: string
  isOpen: boolean
  stop(): Promise<void>
}

export async function openWay(registryUrl: string): Promise<RegistryWay> {
  const server = createServer((request, response) => {
    if (!way.isOpen) return void request.socket.destroy()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = 'GET', url = '' } = request
      const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' }
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
      void fetch(registryUrl + url, { method, headers, ...body }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' })
        response.end(await answer.text())
      })
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const way: RegistryWay = {
    url: `http://127.0.0.1:${port}`,
    isOpen: true,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
  return way
}

/** Asks a registry by its REST API, as an administrator would. */
export async function askRegistry(
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const text = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await fetch(`${url}${path}`, { method, headers, ...text })
  return answer.json()
}

/** Gives the number of the schema, which is registered. */
export async function register(
  url: string,
  subject: string,
  schema: { readonly schema: string; readonly schemaType?: string },
): Promise<number> {
  const found = await askRegistry(url, 'POST', `/subjects/${subject}/versions`, schema)
  if (typeof found === 'object' && found !== null && 'id' in found) return Number(found.id)
  throw new Error(`It was not registered: ${JSON.stringify(found)}`)
}
