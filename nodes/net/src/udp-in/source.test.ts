import { createSocket } from 'node:dgram'
import { checkNodeType, testIntake } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { freePort, isUp, openedThings, payloads, running, until } from '../testing/bench.ts'
import { udpIn } from './source.ts'

const opened = openedThings()
afterEach(() => opened.closeAll())

async function listening(config: object = {}, options = {}) {
  const port = await freePort()
  const node = running(opened, udpIn, { port, ...config }, options)
  await node.start()
  await isUp(node)
  const socket = createSocket('udp4')
  opened.add(() => socket.close())
  const send = (payload: string | Uint8Array, host = '127.0.0.1') =>
    new Promise<void>((resolve) => socket.send(payload, port, host, () => resolve()))
  return { node, port, send, socket }
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(udpIn, { port: await freePort() })).toEqual([])
})

test('makes a message of each datagram, also of an empty one', async () => {
  const { node, send, port } = await listening()
  expect(node.statuses().at(-1)?.text).toBe(`Listens on 127.0.0.1:${port}, this machine only`)
  await send('a')
  await send('')
  await send('x'.repeat(65_000))
  await until(() => expect(payloads(node)).toHaveLength(3))
  expect(payloads(node)).toEqual(['a', '', 'x'.repeat(65_000)])
  expect(node.emitted('out')[0]).toMatchObject({ peer: { address: '127.0.0.1' } })
})

test('keeps what it received in the log, and lets what is malformed leave by the error port', async () => {
  const intake = testIntake()
  const { node, send } = await listening({ format: 'json' }, { intake })
  await send('{"n":1}')
  await send('{"n":')
  await until(() => expect(node.failures()).toMatchObject([{ code: 'FORMAT_DECODE' }]))
  const log = testIntake(intake.records)
  const second = await listening({ format: 'json' }, { intake: log })
  log.replay(0)
  expect(payloads(second.node)).toEqual([{ n: 1 }])
})

test('counts what it drops while the flow cannot keep up', async () => {
  const { node, send } = await listening()
  node.pause()
  for (let n = 0; n < 5; n += 1) await send('x')
  // They came by the same way and in order.
  node.resume()
  await send('y')
  await until(() => expect(payloads(node)).toContain('y'))
  const dropped = 5 - (payloads(node).length - 1)
  node.pause()
  node.resume()
  const { text } = node.statuses().at(-1) ?? {}
  if (dropped > 0) expect(text).toContain(`${dropped} dropped`)
})

test('joins a multicast group', async () => {
  const { node, socket, port } = await listening({
    host: '0.0.0.0',
    isMulticast: true,
    group: '239.1.2.3',
    multicastInterface: '127.0.0.1',
  })
  expect(node.statuses().at(-1)?.text).toContain('for 239.1.2.3')
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', () => resolve()))
  socket.setMulticastInterface('127.0.0.1')
  socket.send('to all', port, '239.1.2.3')
  await until(() => expect(payloads(node)).toEqual(['to all']))
})

test('says what is wrong with a group', async () => {
  const node = running(opened, udpIn, {
    port: await freePort(),
    isMulticast: true,
    group: '10.0.0.1',
  })
  await node.start()
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(node.statuses().at(-1)?.text).toContain('The group 10.0.0.1 cannot be joined')
})
