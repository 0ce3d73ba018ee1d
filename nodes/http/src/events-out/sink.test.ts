import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { httpEventsOut } from './sink.ts'

function opened(config: object = {}, options = {}) {
  const node = run(httpEventsOut, { path: '/live', ...config }, options)
  const client = (request: object = {}) => {
    const id = node.http.request({ method: 'GET', path: '/live', ...request })
    const stream = node.http.streamOf(id)
    return { id, stream, text: () => (stream?.chunks ?? []).join('') }
  }
  return { node, client }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(httpEventsOut, { path: '/live' })).toEqual([])
})

test('streams messages to all clients as events with ids', () => {
  const { node, client } = opened({ event: ({ topic = '' }: { topic?: string }) => topic })
  const early = client()
  node.sendAll([{ payload: { n: 1 }, topic: 'a\nb' }, { payload: 'two\nlines' }])
  const late = client()
  node.send({ payload: '' })
  expect(early.stream?.head).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  })
  expect(early.text()).toBe(
    'retry: 2000\n\n' +
      'id: 1\nevent: a b\ndata: {"n":1}\n\n' +
      'id: 2\ndata: two\ndata: lines\n\n' +
      'id: 3\ndata: \n\n',
  )
  expect(late.text()).toBe('retry: 2000\n\nid: 3\ndata: \n\n')
})

test('gives who comes back what it missed, as far as it is kept', () => {
  const { node, client } = opened({ kept: 2 })
  node.sendAll([1, 2, 3].map((payload) => ({ payload })))
  const ids = (text: string) => [...text.matchAll(/id: (\d+)/g)].map(([, id]) => id)
  expect(ids(client({ headers: { 'last-event-id': '2' } }).text())).toEqual(['3'])
  expect(ids(client({ query: { lastEventId: '0' } }).text())).toEqual(['2', '3'])
  expect(ids(client({ headers: { 'last-event-id': 'x' } }).text())).toEqual([])
})

test('goes on with its ids after a crash', () => {
  const { node } = opened()
  node.sendAll([{ payload: 1 }, { payload: 2 }])
  const { node: second, client } = opened({}, { snapshot: node.snapshot() })
  const { text } = client()
  second.send({ payload: 3 })
  expect(text()).toContain('id: 3\n')
})

test('lets go of a client that does not read, and keeps the others', async () => {
  const { node, client } = opened({ bufferBytesMax: 1024 })
  const [quick, slow] = [client(), client()]
  if (slow.stream !== undefined) slow.stream.isStuck = true
  for (let n = 0; n < 5; n += 1) node.send({ payload: 'x'.repeat(400) })
  expect([quick.stream?.isOpen, slow.stream?.isOpen]).toEqual([true, false])
  expect(slow.text().length).toBeLessThan(2000)
  await settle()
  expect(node.statuses().at(-1)?.text).toBe('1 client at /live; 1 read too slowly and were let go')
})

test('says that it is alive, and ends its streams with the node', async () => {
  const { node, client } = opened({ aliveMs: 1000 })
  const { stream, text } = client()
  node.advance(1000)
  expect(text()).toContain(': alive\n\n')
  await node.close()
  expect([stream?.isOpen, node.http.routes.length]).toEqual([false, 0])
})

test.each([
  [{}, false],
  [{ headers: { authorization: 'Bearer t' } }, true],
  [{ query: { token: 't' } }, true],
  [{ headers: { authorization: 'Bearer x' }, query: { token: 't' } }, false],
])('with a token, %j is let in: %s', (request, isIn) => {
  const { node, client } = opened({ token: 't' })
  const { id, stream } = client(request)
  expect(stream !== undefined).toBe(isIn)
  if (!isIn) expect(node.http.responseTo(id)?.status).toBe(401)
})

test('refuses pages from elsewhere, and tells browsers which it lets in', () => {
  const { node, client } = opened({ origins: 'https://a.example' })
  const evil = client({ headers: { host: 'h', origin: 'https://evil.example' } })
  expect(node.http.responseTo(evil.id)?.status).toBe(403)
  const { stream } = client({ headers: { host: 'h', origin: 'https://a.example' } })
  expect(stream?.head?.headers).toMatchObject({
    'access-control-allow-origin': 'https://a.example',
    vary: 'Origin',
  })
})

test('cannot send bytes', () => {
  const { node } = opened()
  node.send({ payload: Uint8Array.of(1) })
  expect(node.failures()).toMatchObject([{ code: 'HTTP_EVENT_BYTES' }])
})
