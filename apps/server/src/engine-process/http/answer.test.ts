import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { answer, letGoWhenStalled } from './answer.ts'

async function visited(respond: (response: ServerResponse) => void) {
  const responses: ServerResponse[] = []
  const server = createServer((_request, response) => {
    responses.push(response)
    respond(response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  // A server over TCP has a port.
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined)
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const close = (): void => {
    client.destroy()
    server.close()
  }
  return { client, close, server, responses }
}

const long = Buffer.alloc(50_000_000)

test('lets go of a client that takes nothing of its answer', async () => {
  const ended = Promise.withResolvers<void>()
  const { client, close } = await visited((response) => {
    response.socket?.once('close', () => ended.resolve())
    answer(response, 200, { body: long })
    letGoWhenStalled(response, 50)
  })
  client.pause()
  await expect(ended.promise).resolves.toBe(undefined)
  close()
})

test('lets one take its time that reads, and keeps its connection', async () => {
  const { client, close, responses } = await visited((response) => {
    answer(response, 200, { body: long })
    letGoWhenStalled(response, 200)
  })
  let bytes = 0
  client.on('data', (chunk: Buffer) => (bytes += chunk.length))
  await expect.poll(() => bytes, { timeout: 10_000 }).toBeGreaterThan(long.length)
  expect(responses[0]?.writableFinished).toBe(true)
  expect(client.destroyed).toBe(false)
  close()
})
