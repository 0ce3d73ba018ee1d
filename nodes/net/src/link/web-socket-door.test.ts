import { createHash } from 'node:crypto'
import { run } from '@millrace/sdk/testing'
import type { RunOptions } from '@millrace/sdk/testing'
import { expect, test, vi } from 'vitest'
import { websocketIn } from '../websocket-in/source.ts'
import { websocketOut } from '../websocket-out/sink.ts'

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const handshake = {
  upgrade: 'WebSocket',
  connection: 'Upgrade',
  'sec-websocket-key': key,
  'sec-websocket-version': '13',
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const until = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 1 })

function serving(type: typeof websocketIn | typeof websocketOut, config: object = {}) {
  const options: RunOptions = {}
  // One of two node types, both of which have these fields.
  const node = run(type as typeof websocketIn, { mode: 'serve', path: '/live', ...config }, options)
  const visit = (request: object = {}) => {
    const id = node.http.request({ method: 'GET', path: '/live', headers: handshake, ...request })
    const stream = node.http.streamOf(id)
    const bytes = () => Buffer.concat((stream?.chunks ?? []).map((each) => Buffer.from(each)))
    return { id, stream, bytes, answer: () => node.http.responseTo(id) }
  }
  return { node, visit }
}

/** What a client would send for a short message; RFC 6455, 5.2. */
function frame(data: string): Buffer {
  const mask = Buffer.from([1, 2, 3, 4])
  const masked = Buffer.from(data).map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([Buffer.of(0x81, 0x80 | masked.length), mask, masked])
}

/** The short messages in what a client would get. */
function messagesIn(bytes: Buffer): string[] {
  const got: string[] = []
  let at = bytes.indexOf('\r\n\r\n') + 4
  while (at < bytes.length) {
    const length = bytes[at + 1] ?? 0
    got.push(bytes.subarray(at + 2, at + 2 + length).toString())
    at += 2 + length
  }
  return got
}

test('answers a handshake as RFC 6455 says, and takes messages in', async () => {
  const { node, visit } = serving(websocketIn, { protocols: 'a, b' })
  await node.start()
  const headers = { ...handshake, 'sec-websocket-protocol': 'x, b' }
  const { stream, bytes } = visit({ headers, remoteAddress: '10.0.0.9' })
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  await until(() => expect(bytes().toString()).toContain('101 Switching'))
  expect(bytes().toString()).toContain(`Sec-WebSocket-Accept: ${accept.digest('base64')}`)
  expect(bytes().toString()).toContain('Sec-WebSocket-Protocol: b')
  const both = Buffer.concat([frame('{"n":1}'), frame('[2]')])
  stream?.receive(both.subarray(0, 5))
  stream?.receive(both.subarray(5))
  await until(() => expect(node.emitted('out')).toHaveLength(2))
  expect(node.emitted('out')).toMatchObject([
    { payload: { n: 1 }, peer: { path: '/live', address: '10.0.0.9', isBinary: false } },
    { payload: [2] },
  ])
  expect(node.statuses().at(-1)?.text).toBe('1 client at /live')
  await node.close()
  await until(() => expect(stream?.isOpen).toBe(false))
})

test('sends each message to all clients, and lets go of one that does not read', async () => {
  const { node, visit } = serving(websocketOut, { bufferBytesMax: 1024 })
  const [quick, slow] = [visit(), visit()]
  await until(() => expect(slow.bytes().length).toBeGreaterThan(0))
  node.send({ payload: { n: 1 } })
  await until(() => expect(quick.bytes().length).toBe(slow.bytes().length))
  expect(messagesIn(quick.bytes())).toEqual(['{"n":1}'])
  if (slow.stream !== undefined) slow.stream.isStuck = true
  for (let n = 0; n < 10 && slow.stream?.isOpen === true; n += 1) {
    node.send({ payload: 'x'.repeat(200_000) })
    await turn()
  }
  await until(() => expect([quick.stream?.isOpen, slow.stream?.isOpen]).toEqual([true, false]))
  expect(node.log()[0]?.text).toContain('does not read')
  await node.close()
  await until(() => expect(quick.stream?.isOpen).toBe(false))
})

test('answers the client that a message came from, and no other', async () => {
  const { node, visit } = serving(websocketOut, { mode: 'reply', path: undefined })
  const inNode = serving(websocketIn)
  await inNode.node.start()
  const [one, other] = [inNode.visit(), inNode.visit()]
  await until(() => expect(other.bytes().length).toBeGreaterThan(0))
  one.stream?.receive(frame('{"n":1}'))
  await until(() => expect(inNode.node.emitted('out')).toHaveLength(1))
  expect(inNode.node.emitted('out')).toMatchObject([{ peer: { client: one.id } }])
  // Both nodes would have one service in a flow.
  const streams = [one.stream, other.stream]
  node.http.route({ method: 'GET', path: '/live', bodyBytesMax: 0 }, ({ id }) => {
    node.http.stream(id, undefined, {})
  })
  const mine = [visit(), visit()]
  node.send({ payload: { n: 1 }, peer: { client: mine[0]?.id } })
  node.send({ payload: 'x'.repeat(70_000), peer: { client: mine[0]?.id } })
  expect(mine[0]?.bytes().subarray(0, 9).toString('latin1')).toBe('\x81\x07{"n":1}')
  expect(mine[0]?.bytes().subarray(9, 19).toString('hex')).toBe('817f0000000000011172')
  expect(mine[1]?.bytes().length).toBe(0)
  node.send({ payload: 1, peer: { client: 'gone' } })
  node.send({ payload: 1 })
  expect(node.failures().map(({ code }) => code)).toEqual(['NET_CLIENT_GONE', 'NET_NO_CLIENT'])
  for (const stream of streams) stream?.destroy()
  await inNode.node.close()
})

test('refuses who has no token, and who is no WebSocket', async () => {
  const { node, visit } = serving(websocketIn, { clientToken: 't' })
  await node.start()
  expect(visit().answer()?.status).toBe(401)
  expect(visit({ headers: {} }).answer()?.status).toBe(426)
  expect(visit({ query: { token: 't' } }).stream).toBeDefined()
  expect(visit({ headers: { ...handshake, authorization: 'Bearer t' } }).stream).toBeDefined()
  await node.close()
})

test('refuses pages from elsewhere that are not named', async () => {
  const { node, visit } = serving(websocketIn, { origins: 'https://a.example' })
  await node.start()
  const from = (origin: string) => visit({ headers: { ...handshake, host: 'h', origin } })
  expect(from('https://evil.example').answer()).toMatchObject({ status: 403 })
  expect(from('https://evil.example').stream).toBe(undefined)
  expect(from('https://a.example').stream).toBeDefined()
  expect(visit().stream).toBeDefined()
  await node.close()
})

test('ends a client that sends too much at once', async () => {
  const { node, visit } = serving(websocketIn, { messageBytesMax: 10 })
  await node.start()
  const { stream } = visit()
  stream?.receive(frame('x'.repeat(11)))
  await until(() => expect(stream?.isOpen).toBe(false))
  expect(node.emitted('out')).toEqual([])
  await node.close()
})
