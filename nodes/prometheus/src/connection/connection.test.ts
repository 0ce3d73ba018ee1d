import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { checkDescriptor, openConnection, realTime, testConnection } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { decodeWriteRequest } from '../remote/decode-write-request.ts'
import { prometheusConnection } from './connection.ts'
import { prometheusConnectionDescriptor } from './descriptor.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://127.0.0.1:${port}/api/v1/write`
}

const time = realTime(globalThis)

function open(config: object) {
  const connection = openConnection(prometheusConnection, config, { time })
  opened.push(() => connection.close())
  return connection.handle
}

const series = [{ name: 'm', labels: {}, samples: [{ timeMs: 1, value: 2 }] }]

test('is described as node types have to be', () => {
  expect(checkDescriptor(prometheusConnectionDescriptor)).toEqual([])
})

test('writes what receivers of version 1 read', async () => {
  const seen: unknown[] = []
  const url = await serve((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { headers } = request
      seen.push([headers['content-type'], headers['content-encoding'], headers['x-scope-orgid']])
      seen.push(decodeWriteRequest(Buffer.concat(chunks), 10_000).series)
      response.writeHead(204).end()
    })
  })
  expect(await open({ url, tenant: 'plant' }).write(series)).toEqual({ kind: 'sent' })
  expect(seen[0]).toEqual(['application/x-protobuf', 'snappy', 'plant'])
  expect(seen[1]).toMatchObject(series)
})

test.each([
  [400, 'refused', 'PROMETHEUS_REFUSED'],
  [413, 'too-long', 'PROMETHEUS_REFUSED'],
  [401, 'later', 'PROMETHEUS_NOT_AUTHORIZED'],
  [404, 'later', 'PROMETHEUS_NOT_FOUND'],
  [429, 'later', 'PROMETHEUS_BUSY'],
  [500, 'later', 'PROMETHEUS_FAILED'],
])('takes status %i for %s', async (status, kind, code) => {
  const url = await serve((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(status, { 'retry-after': '7' }).end('why not'))
  })
  const outcome = await open({ url }).write(series)
  expect(outcome).toMatchObject({ kind, error: { code } })
  const isAsked = status === 429 || status === 500
  expect(outcome).toHaveProperty(isAsked ? 'afterMs' : 'error', isAsked ? 7000 : expect.anything())
})

test('tests name, port and sign-in, and says what to change', async () => {
  const url = await serve((request, response) => {
    request.resume()
    const isKnown = request.headers.authorization === 'Bearer abc'
    request.on('end', () => response.writeHead(isKnown ? 204 : 401).end())
  })
  const steps = await testConnection(prometheusConnection, { url }, { time })
  expect(steps.map(({ step, outcome }) => [step, outcome])).toEqual([
    ['Name', 'passed'],
    ['TCP connection', 'passed'],
    ['Sign-in and permission to write', 'failed'],
  ])
  expect(steps.at(-1)?.text).toContain('check Sign-in')
  const known = { url, auth: 'bearer', token: 'abc' }
  const good = await testConnection(prometheusConnection, known, { time })
  expect(good.at(-1)).toMatchObject({ outcome: 'passed' })
})
