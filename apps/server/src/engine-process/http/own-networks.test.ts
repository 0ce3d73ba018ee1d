import { connect, createServer } from 'node:net'
import type { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { answerOwnNetworks, isInOwnNetwork } from './own-networks.ts'

const common = { netmask: '', mac: '', internal: false } as const
const interfaces: ReturnType<typeof networkInterfaces> = {
  lo: [{ ...common, address: '127.0.0.1', family: 'IPv4', cidr: '127.0.0.1/8' }],
  eth0: [
    { ...common, address: '172.18.0.3', family: 'IPv4', cidr: '172.18.0.3/16' },
    { ...common, address: 'fd00::3', family: 'IPv6', cidr: 'fd00::3/64', scopeid: 0 },
  ],
  eth1: [{ ...common, address: '10.1.0.1', family: 'IPv4', cidr: null }],
}

test.each([
  ['127.0.0.1', true],
  ['172.18.0.1', true],
  ['172.18.255.7', true],
  ['::ffff:172.18.0.9', true],
  ['fd00::1', true],
  ['172.19.0.1', false],
  ['192.168.1.20', false],
  ['::ffff:192.168.1.20', false],
  ['10.1.0.1', false],
  ['2001:db8::1', false],
  [undefined, false],
])('knows whether %s is in a network of this machine', (address, isIn) => {
  expect(isInOwnNetwork(address, interfaces)).toBe(isIn)
})

test('answers a caller of this machine', async () => {
  const server = createServer((socket) => socket.end('here'))
  answerOwnNetworks(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const heard = await new Promise<string>((resolve) => {
    connect({ port, host: '127.0.0.1' }).on('data', (chunk) => resolve(String(chunk)))
  })
  expect(heard).toBe('here')
  await new Promise((resolve) => void server.close(resolve))
})
