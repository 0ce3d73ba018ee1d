import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { checkNodeType, testIntake } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { freePort, isUp, openedThings, payloads, running, until } from '../testing/bench.ts'
import { tcpIn } from './source.ts'

const opened = openedThings()
afterEach(() => opened.closeAll())

async function listening(config: object = {}, options = {}) {
  const port = await freePort()
  const node = running(opened, tcpIn, { port, ...config }, options)
  await node.start()
  await isUp(node)
  return { node, port }
}

async function client(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  opened.add(() => socket.destroy())
  await new Promise<void>((resolve) => void socket.once('connect', resolve))
  return socket
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(tcpIn, { port: await freePort() })).toEqual([])
})

test('makes messages of lines from several clients, and says where it listens', async () => {
  const { node, port } = await listening()
  expect(node.statuses()[0]?.text).toBe(
    `Listens on 127.0.0.1:${port}, this machine only; 0 connections`,
  )
  const [one, other] = [await client(port), await client(port)]
  one.write('a\nb')
  await until(() => expect(payloads(node)).toEqual(['a']))
  other.write('c\r\n')
  one.end('d')
  await until(() => expect(new Set(payloads(node))).toEqual(new Set(['a', 'bd', 'c'])))
  expect(node.emitted('out')[0]).toMatchObject({ peer: { address: '127.0.0.1' } })
})

test('keeps what it received in the log, one record for what came together', async () => {
  const intake = testIntake()
  const { node, port } = await listening({ format: 'json' }, { intake })
  const socket = await client(port)
  socket.write('1\n2\n3\n')
  await until(() => expect(payloads(node)).toEqual([1, 2, 3]))
  expect(intake.records.length).toBeLessThan(3)
  const log = testIntake(intake.records)
  const second = await listening({ format: 'json' }, { intake: log })
  log.replay(0)
  expect(second.node.emitted('out')).toEqual(node.emitted('out'))
})

test('ends connections on which nothing comes, and no others', async () => {
  const { node, port } = await listening({ silentMs: 200 })
  const [silent, busy] = [await client(port), await client(port)]
  let isGone = false
  silent.once('close', () => (isGone = true))
  const ticks = setInterval(() => busy.write('tick\n'), 20)
  opened.add(() => clearInterval(ticks))
  await until(() => expect(isGone).toBe(true))
  expect(busy.destroyed).toBe(false)
  node.pause()
  const before = payloads(node).length
  await new Promise((resolve) => setTimeout(resolve, 400))
  node.resume()
  await until(() => expect(payloads(node).length).toBeGreaterThan(before + 15))
  expect(busy.destroyed).toBe(false)
})

test('says how many were turned away', async () => {
  const { node, port } = await listening({ connectionsMax: 1 })
  await client(port)
  await until(() => expect(node.statuses().at(-1)?.text).toContain('1 connection'))
  await client(port)
  await until(() =>
    expect(node.statuses().at(-1)).toEqual({
      state: 'warning',
      text: expect.stringContaining('1 connection, 1 turned away as too many'),
    }),
  )
})

test('lets what is no message leave by the error port, and goes on', async () => {
  const { node, port } = await listening({ format: 'json', messageBytesMax: 10 })
  const socket = await client(port)
  socket.write(`{\n${'x'.repeat(50)}\n{"n":1}\n`)
  await until(() => expect(payloads(node)).toEqual([{ n: 1 }]))
  socket.write('{"half"')
  await until(() => expect(socket.bytesWritten).toBeGreaterThan(60))
  socket.resetAndDestroy()
  await until(() => expect(node.failures()).toHaveLength(3))
  expect(node.failures().map(({ code }) => code)).toEqual([
    'FORMAT_DECODE',
    'NET_MESSAGE_TOO_LONG',
    'NET_MESSAGE_CUT_OFF',
  ])
  expect(node.failures()[0]?.original.payload).toEqual(Uint8Array.of(0x7b))
})

test('reads nothing while the flow cannot keep up', async () => {
  const { node, port } = await listening()
  const socket = await client(port)
  socket.write('a\n')
  await until(() => expect(payloads(node)).toEqual(['a']))
  node.pause()
  const block = `${'x'.repeat(999)}\n`.repeat(1000)
  let blocks = 0
  // Until the buffers of both systems are full; 64 MB would mean that somebody reads.
  while (blocks < 64) {
    blocks += 1
    if (!socket.write(block) && blocks > 16) break
  }
  expect(payloads(node)).toHaveLength(1)
  expect(socket.writableLength).toBeGreaterThan(0)
  node.resume()
  await until(() => expect(payloads(node)).toHaveLength(1 + blocks * 1000))
})

test('waits for a port that another has, and says so', async () => {
  const { port } = await listening()
  const second = running(opened, tcpIn, { port })
  await second.start()
  await until(() => expect(second.statuses().at(-1)?.state).toBe('error'))
  expect(second.statuses().at(-1)?.text).toContain(`Port ${port} is taken`)
})

test('connects, says what is wrong, and comes back when the other side does', async () => {
  const port = await freePort()
  const node = running(opened, tcpIn, { mode: 'connect', port })
  await node.start()
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(node.statuses().at(-1)?.text).toContain('Nothing answers at')
  const sockets: Socket[] = []
  const serve = async () => {
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.write('hello\n')
    })
    await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
    opened.add(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return server
  }
  const first = await serve()
  await until(() => expect(payloads(node)).toEqual(['hello']))
  for (const socket of sockets) socket.destroy()
  await new Promise<void>((resolve) => void first.close(() => resolve()))
  await serve()
  await until(() => expect(payloads(node)).toEqual(['hello', 'hello']))
  expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: `Connected to 127.0.0.1:${port}` })
})
