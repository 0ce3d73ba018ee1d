import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { ConnectionDocument, FlowNode } from '@millrace/flow'

/** Takes points, and answers nobody until it is let go: a sink behind which everything waits. */
export interface SlowDatabase {
  readonly connection: ConnectionDocument
  readonly node: FlowNode
  /** Points that were written. */
  readonly count: number
  letGo(): void
  close(): Promise<void>
}

export async function openSlowDatabase(value: string): Promise<SlowDatabase> {
  const waiting: ServerResponse[] = []
  let isFree = false
  let count = 0
  const server = createServer((request, response) => {
    let lines = 0
    request.on('data', (chunk: Buffer) => (lines += chunk.toString().split('\n').length - 1))
    request.on('end', () => {
      response.on('finish', () => (count += lines + 1))
      response.statusCode = 204
      if (isFree) response.end()
      else waiting.push(response)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    connection: {
      id: 'slow',
      type: 'influxdb/connection',
      name: 'Slow database',
      config: {
        version: '2',
        url: `http://127.0.0.1:${port}`,
        organization: 'o',
        bucket: 'b',
        timeoutMs: 300_000,
        isCompressed: false,
      },
    },
    node: {
      id: 'slow',
      type: 'influxdb/out',
      config: {
        server: 'slow',
        measurement: 'slow',
        fields: [{ id: 'n', name: 'n', value, type: 'auto' }],
        batchPoints: 200,
        batchAgeMs: 10,
        // More than one read from a socket may bring.
        bufferPoints: 2_000,
      },
    },
    get count() {
      return count
    },
    letGo() {
      isFree = true
      for (const response of waiting.splice(0)) response.end()
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}
