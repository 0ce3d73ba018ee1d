import { createSocket } from 'node:dgram'
import { checkNodeType } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { openedThings, running, until } from '../testing/bench.ts'
import { udpOut } from './sink.ts'

const opened = openedThings()
afterEach(() => opened.closeAll())

async function receiver() {
  const got: Buffer[] = []
  const socket = createSocket('udp4', (bytes) => got.push(bytes))
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', () => resolve()))
  opened.add(() => socket.close())
  return { port: socket.address().port, got }
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(udpOut, { port: 9 })).toEqual([])
})

test('sends each message as a datagram', async () => {
  const { port, got } = await receiver()
  const node = running(opened, udpOut, { port })
  const sent = node.sendAll([{ payload: { n: 1 } }, { payload: '' }])
  const bytes = running(opened, udpOut, { port, format: 'binary' })
  bytes.send({ payload: Uint8Array.of(0, 255) })
  await until(() => expect(got).toHaveLength(3))
  expect(got.map((each) => each.toString('latin1')).toSorted()).toEqual(['\0ÿ', '""', '{"n":1}'])
  await until(() => expect(sent.isSettled).toBe(true))
  expect(node.statuses().at(-1)?.text).toBe(`Sends to 127.0.0.1:${port}`)
})

test('refuses what no datagram holds, and says when the host has no address', async () => {
  const { port } = await receiver()
  const node = running(opened, udpOut, { port, format: 'text' })
  node.send({ payload: 'x'.repeat(65_508) })
  expect(node.failures()).toMatchObject([{ code: 'NET_DATAGRAM_TOO_LONG' }])
  const lost = running(opened, udpOut, { host: 'no-such-host.invalid', port })
  const sent = lost.send({ payload: 1 })
  await until(() => expect(sent.isSettled).toBe(true))
  expect(lost.failures()).toMatchObject([{ code: 'NET_UDP_SEND' }])
  expect(lost.statuses().at(-1)?.text).toContain('no-such-host.invalid')
})
