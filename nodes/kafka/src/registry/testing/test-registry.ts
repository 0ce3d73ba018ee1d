import { createServer } from 'node:http'
import { openConnection, realTime } from '@millrace/sdk/testing'
import { kafkaRegistry } from '../connection.ts'
import type { SchemaRegistry } from '../schema-registry.ts'

export const time = realTime(globalThis)

export interface TestRegistry {
  readonly registry: SchemaRegistry
  /** `isAway` may be set, and has it answer 503. */
  readonly seen: { isAway: boolean; asked: number }
  close(): Promise<void>
}

/** A registry with one JSON schema, of the subject `s` and by the number 7, that wants `n`. */
export async function openTestRegistry(): Promise<TestRegistry> {
  const seen = { isAway: false, asked: 0 }
  const schema = JSON.stringify({ type: 'object', required: ['n'] })
  const found = { id: 7, version: 1, subject: 's', schemaType: 'JSON', schema }
  const paths = ['/schemas/ids/7', '/subjects/s/versions/latest']
  const server = createServer(({ url = '' }, response) => {
    seen.asked += 1
    response.setHeader('content-type', 'application/json')
    const isKnown = paths.some((path) => url.startsWith(path))
    response.statusCode = seen.isAway ? 503 : isKnown ? 200 : 404
    response.end(JSON.stringify(isKnown ? found : { error_code: 40403, message: 'Not found' }))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { handle, close } = openConnection(
    kafkaRegistry,
    { url: `http://127.0.0.1:${port}` },
    { time },
  )
  return {
    registry: handle,
    seen,
    close: async () => {
      await close()
      server.closeAllConnections()
      server.close()
    },
  }
}
