import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { checkNodeType } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { freePort, isUp, openedThings, running, until } from '../testing/bench.ts'
import { tcpOut } from './sink.ts'

const opened = openedThings()
afterEach(() => opened.closeAll())

interface Receiver {
  readonly text: () => string
  readonly sockets: readonly Socket[]
  stop(): Promise<void>
}

async function receiver(port: number): Promise<Receiver> {
  const chunks: Buffer[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => chunks.push(chunk))
  })
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const stop = (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => void server.close(() => resolve()))
  }
  opened.add(stop)
  return { text: () => Buffer.concat(chunks).toString(), sockets, stop }
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(tcpOut, { port: await freePort() })).toEqual([])
})

test('sends what waited once the other side is there, in order, and counts it as delivered', async () => {
  const port = await freePort()
  const node = running(opened, tcpOut, { port })
  const early = node.sendAll([{ payload: 1 }, { payload: 'a' }, { payload: { n: 2 } }])
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(early.isSettled).toBe(false)
  const { text } = await receiver(port)
  await until(() => expect(text()).toBe('1\n"a"\n{"n":2}\n'))
  await until(() => expect(early.isSettled).toBe(true))
  expect(early.error).toBe(undefined)
})

test('refuses payloads that could not be told apart', async () => {
  const port = await freePort()
  await receiver(port)
  const node = running(opened, tcpOut, { port, format: 'text' })
  node.send({ payload: 'a\nb' })
  expect(node.failures()).toMatchObject([{ code: 'NET_DELIMITER_IN_PAYLOAD' }])
})

test('slows the flow when too much waits, and refuses what does not fit', async () => {
  const port = await freePort()
  const node = running(opened, tcpOut, { port, format: 'text', bufferBytesMax: 1024 })
  const sent = node.sendAll(Array.from({ length: 10 }, () => ({ payload: 'x'.repeat(99) })))
  expect(node.isPressing).toBe(true)
  node.sendAll([{ payload: 'x'.repeat(99) }])
  expect(node.failures()).toMatchObject([{ code: 'NET_QUEUE_FULL' }])
  const { text } = await receiver(port)
  await until(() => expect(sent.isSettled).toBe(true))
  expect(node.isPressing).toBe(false)
  await until(() => expect(text()).toHaveLength(1000))
})

test('sends again what did not leave before the other side went', async () => {
  const port = await freePort()
  const first = await receiver(port)
  const node = running(opened, tcpOut, { port, format: 'text', bufferBytesMax: 64 * 2 ** 20 })
  await isUp(node)
  await until(() => expect(first.sockets).toHaveLength(1))
  for (const socket of first.sockets) socket.pause()
  const lines = Array.from({ length: 200 }, (_, n) => `${n}:`.padEnd(99_999, 'x'))
  const sent = node.sendAll(lines.map((payload) => ({ payload })))
  await first.stop()
  const { text } = await receiver(port)
  await until(() => expect(sent.isSettled).toBe(true))
  await until(() => expect(text().endsWith('x\n')).toBe(true))
  const numbers = text()
    .split('\n')
    .slice(0, -1)
    .map((line) => Number.parseInt(line, 10))
  expect(numbers.at(-1)).toBe(199)
  // Those before had left; from the first one on none is missing.
  expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at))
})

test('sends to all that connect, and lets go of one that does not read', async () => {
  const port = await freePort()
  const node = running(opened, tcpOut, {
    mode: 'listen',
    port,
    format: 'text',
    bufferBytesMax: 100_000,
  })
  await isUp(node)
  const quick = connect({ port, host: '127.0.0.1' })
  const slow = connect({ port, host: '127.0.0.1' })
  for (const socket of [quick, slow]) opened.add(() => socket.destroy())
  let bytes = 0
  quick.on('data', (chunk) => (bytes += chunk.length))
  let isGone = false
  slow.pause()
  slow.on('error', () => undefined)
  await until(() => expect(node.statuses().at(-1)?.text).toContain('2 connections'))
  const line = { payload: 'x'.repeat(99_999) }
  let sent = 0
  for (let round = 0; round < 300 && !isGone; round += 1) {
    node.send(line)
    sent += 100_000
    await until(() => expect(bytes).toBe(sent))
    isGone = node.log().length > 0
  }
  expect(isGone).toBe(true)
  expect(node.log()[0]?.text).toContain('does not read')
  await until(() => expect(node.statuses().at(-1)?.text).toContain('1 connection'))
})
