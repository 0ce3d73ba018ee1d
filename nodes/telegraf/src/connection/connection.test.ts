import { createSocket } from 'node:dgram'
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { checkDescriptor, openConnection, realTime, testConnection } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { packed } from '../listener/udp-listener.ts'
import { telegrafConnection } from './connection.ts'
import { telegrafConnectionDescriptor } from './descriptor.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 5000, interval: 5 })

function open(config: object) {
  const connection = openConnection(telegrafConnection, config, { time })
  opened.push(() => connection.close())
  return connection.handle
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

async function serveTcp(): Promise<{ port: number; text: () => string; cut: () => void }> {
  let text = ''
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const cut = () => sockets.forEach((socket) => socket.destroy())
  opened.push(() => {
    cut()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, text: () => text, cut }
}

test('is described as node types have to be', () => {
  expect(checkDescriptor(telegrafConnectionDescriptor)).toEqual([])
})

test.each([
  [
    'influxdb',
    { database: 'd', username: 'u', password: 'p' },
    '/write?precision=ns&db=d',
    'Basic',
  ],
  ['influxdb_v2', { bucket: 'b', token: 't' }, '/api/v2/write?precision=ns&bucket=b', 'Token t'],
  ['http', { username: 'u' }, '/telegraf', 'Basic'],
])('writes as %s takes it', async (listener, config, path, authorization) => {
  const seen: unknown[] = []
  const url = await serve((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { headers } = request
      const body = Buffer.concat(chunks)
      const isPacked = headers['content-encoding'] === 'gzip'
      seen.push([request.url, headers.authorization, (isPacked ? gunzipSync(body) : body).length])
      response.writeHead(204).end()
    })
  })
  const base = listener === 'http' ? `${url}/telegraf` : `${url}/`
  const handle = open({ listener, url: base, ...config })
  expect(await handle.write(['m v=1 1'])).toEqual({ kind: 'sent' })
  expect(await handle.write(Array<string>(500).fill('m v=1 1'))).toEqual({ kind: 'sent' })
  expect(seen).toEqual([
    [path, expect.stringContaining(authorization), 8],
    [path, expect.stringContaining(authorization), 4000],
  ])
})

test.each([
  [400, 'refused', 'TELEGRAF_REFUSED'],
  [413, 'too-long', 'TELEGRAF_REFUSED'],
  [401, 'later', 'TELEGRAF_NOT_AUTHORIZED'],
  [404, 'later', 'TELEGRAF_NOT_FOUND'],
  [503, 'later', 'TELEGRAF_BUSY'],
  [500, 'later', 'TELEGRAF_FAILED'],
])('takes status %i for %s', async (status, kind, code) => {
  const url = await serve((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(status).end('{"error":"why"}'))
  })
  expect(await open({ url }).write(['m v=1 1'])).toMatchObject({ kind, error: { code } })
})

test('writes lines to a TCP socket, and again after it was cut', async () => {
  const server = await serveTcp()
  const handle = open({ listener: 'tcp', host: '127.0.0.1', port: server.port })
  expect(await handle.write(['m v=1 1', 'm v=2 2'])).toEqual({ kind: 'sent' })
  await until(() => expect(server.text()).toBe('m v=1 1\nm v=2 2\n'))
  server.cut()
  await until(async () => {
    await handle.write(['m v=3 3'])
    expect(server.text()).toContain('m v=3 3\n')
  })
  const gone = open({ listener: 'tcp', host: '127.0.0.1', port: 1 })
  expect(await gone.write(['m v=1 1'])).toMatchObject({
    kind: 'later',
    error: { code: 'TELEGRAF_UNREACHABLE', message: expect.stringContaining('Telegraf running') },
  })
})

test('writes lines in datagrams, and names those that no datagram holds', async () => {
  const server = createSocket('udp4')
  let text = ''
  server.on('message', (chunk) => (text += chunk.toString()))
  await new Promise<void>((resolve) => void server.bind(0, '127.0.0.1', resolve))
  opened.push(() => server.close())
  const handle = open({ listener: 'udp', host: '127.0.0.1', port: server.address().port })
  const lines = Array.from({ length: 200 }, (_, n) => `m v=${n} ${n}`)
  expect(await handle.write(lines)).toEqual({ kind: 'sent' })
  await until(() => expect(text).toBe(`${lines.join('\n')}\n`))
  const long = `m v="${'x'.repeat(70_000)}" 1`
  const outcome = await handle.write(['m v=1 1', long])
  expect(outcome).toMatchObject({ kind: 'refused', items: new Map([[1, expect.anything()]]) })
  const sizes = packed(lines).datagrams.map(({ length }) => length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1400)
  expect(sizes.length).toBeLessThan(5)
})

test('lets no text of a device make a point of its own where each line is one', async () => {
  const evil = 'm text="hot\nadmin,role=root v=1 1\n" 1'
  const server = await serveTcp()
  const handle = open({ listener: 'tcp', host: '127.0.0.1', port: server.port })
  await handle.write([evil])
  await until(() => expect(server.text()).toBe('m text="hot\\nadmin,role=root v=1 1\\n" 1\n'))
  const [datagram] = packed([evil]).datagrams
  expect(Buffer.from(datagram ?? []).toString()).toBe(server.text())
})

test('tests what can be tested of each', async () => {
  const url = await serve((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(204).end())
  })
  const stepsOf = async (config: object) =>
    (await testConnection(telegrafConnection, config, { time })).map(({ step, outcome }) => [
      step,
      outcome,
    ])
  expect(await stepsOf({ url })).toEqual([
    ['Name', 'passed'],
    ['TCP connection', 'passed'],
    ['Sign-in and permission to write', 'passed'],
  ])
  const { port } = await serveTcp()
  expect(await stepsOf({ listener: 'tcp', host: '127.0.0.1', port })).toEqual([
    ['Name', 'passed'],
    ['TCP connection', 'passed'],
  ])
  expect(await stepsOf({ listener: 'udp', host: '127.0.0.1', port })).toEqual([
    ['Name', 'passed'],
    ['Arrival', 'skipped'],
  ])
})
