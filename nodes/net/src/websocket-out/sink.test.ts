import { checkNodeType } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { freePort, openedThings, running, until } from '../testing/bench.ts'
import { websocketOut } from './sink.ts'

const opened = openedThings()
afterEach(() => opened.closeAll())

async function serve(port: number) {
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  await new Promise<void>((resolve) => void server.once('listening', resolve))
  const got: [string, boolean][] = []
  const sockets: WebSocket[] = []
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('message', (data: Buffer, isBinary) => got.push([data.toString(), isBinary]))
  })
  const stop = (): Promise<void> => {
    for (const socket of sockets) socket.terminate()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  opened.add(stop)
  return { got, stop }
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(websocketOut, { url: 'ws://127.0.0.1:9' })).toEqual([])
})

test('sends what waited once the server is there, text as text and bytes as bytes', async () => {
  const port = await freePort()
  const url = `ws://127.0.0.1:${port}`
  const node = running(opened, websocketOut, { url })
  const sent = node.sendAll([{ payload: { n: 1 } }, { payload: 'a' }])
  const bytes = running(opened, websocketOut, { url, format: 'binary' })
  bytes.send({ payload: Uint8Array.of(1) })
  expect(sent.isSettled).toBe(false)
  const { got } = await serve(port)
  await until(() => expect(got).toHaveLength(3))
  expect(got.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['\u0001', true],
    ['"a"', false],
    ['{"n":1}', false],
  ])
  await until(() => expect(sent.isSettled).toBe(true))
})

test('goes on when the server comes back, and gives up what waits when it closes', async () => {
  const port = await freePort()
  const first = await serve(port)
  const node = running(opened, websocketOut, { url: `ws://127.0.0.1:${port}`, frame: 'binary' })
  node.send({ payload: 1 })
  await until(() => expect(first.got).toEqual([['1', true]]))
  await first.stop()
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  const waiting = node.send({ payload: 2 })
  const second = await serve(port)
  await until(() => expect(second.got).toEqual([['2', true]]))
  await second.stop()
  await until(() => expect(waiting.isSettled).toBe(true))
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  const left = node.send({ payload: 3 })
  await node.close()
  expect(left.error).toMatchObject({ code: 'NET_CLOSED' })
})
