import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { checkDescriptor, openConnection, realTime, testConnection } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { influxdbConnection } from './connection.ts'
import { influxdbConnectionDescriptor } from './descriptor.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => listener(request, response))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

const time = realTime(globalThis)
const given = { version: '2', organization: 'o', bucket: 'b', token: 't' }

function open(config: object) {
  const connection = openConnection(influxdbConnection, { ...given, ...config }, { time })
  opened.push(() => connection.close())
  return connection.handle
}

test('is described as node types have to be', () => {
  expect(checkDescriptor(influxdbConnectionDescriptor)).toEqual([])
})

test('packs long bodies, unless told otherwise', async () => {
  const seen: (string | undefined)[] = []
  const url = await serve((request, response) => {
    seen.push(request.headers['content-encoding'])
    response.writeHead(204).end()
  })
  const lines = 'm v=1 1\n'.repeat(500)
  expect(await open({ url }).write('m v=1 1', 'ms')).toEqual({ kind: 'written' })
  await open({ url }).write(lines, 'ms')
  await open({ url, isCompressed: false }).write(lines, 'ms')
  expect(seen).toEqual([undefined, 'gzip', undefined])
})

test('takes a server that is silent or gone for one to try again', async () => {
  const silent = await serve(() => undefined)
  const late = await open({ url: silent, timeoutMs: 30 }).write('m v=1 1', 'ms')
  expect(late).toMatchObject({ kind: 'later', error: { code: 'INFLUXDB_TIMEOUT' } })
  const gone = await open({ url: 'http://127.0.0.1:1' }).write('m v=1 1', 'ms')
  expect(gone).toMatchObject({ kind: 'later', error: { code: 'INFLUXDB_UNREACHABLE' } })
})

test('gives up what is under way when it is closed', async () => {
  const url = await serve(() => undefined)
  const connection = openConnection(influxdbConnection, { ...given, url }, { time })
  const write = connection.handle.write('m v=1 1', 'ms')
  await connection.close()
  expect(await write).toMatchObject({ kind: 'later', error: { code: 'INFLUXDB_CLOSED' } })
})

test('tests name, server and permission, and stops at what fails', async () => {
  const url = await serve((request, response) => {
    const isPing = request.url === '/ping'
    response.setHeader('x-influxdb-version', '2.7.1')
    response.writeHead(isPing ? 204 : 403).end()
  })
  expect(await testConnection(influxdbConnection, { ...given, url }, { time })).toEqual([
    { step: 'Name', outcome: 'passed', text: '127.0.0.1' },
    { step: 'TCP connection', outcome: 'passed', text: expect.stringContaining('127.0.0.1') },
    { step: 'Server', outcome: 'passed', text: 'InfluxDB 2.7.1' },
    {
      step: 'Permission to write',
      outcome: 'failed',
      text: expect.stringContaining('the rights of this user or token'),
    },
  ])
})
