import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { influxdbConnection, influxdbQuery } from '@millrace/nodes-influxdb'
import type { Message } from '@millrace/sdk'
import { openConnection, realTime, run } from '@millrace/sdk/testing'
import { startInfluxd } from '@millrace/services'
import type { Influxd, InfluxdOptions } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterEach, describe, expect, test, vi } from 'vitest'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 5 })

const start = 1_700_000_000_000

async function influxd(options: InfluxdOptions = {}): Promise<Influxd> {
  const server = await startInfluxd({ databases: ['plant'], ...options })
  opened.push(() => server.stop())
  return server
}

async function fill({ url }: Influxd, authorization = ''): Promise<void> {
  const lines = Array.from({ length: 100 }, (_, at) => {
    return `climate,device=${at % 2 === 0 ? 'a' : "b'\\ OR"} value=${at} ${start + at * 1000}`
  })
  const written = await fetch(`${url}/write?db=plant&precision=ms`, {
    method: 'POST',
    body: lines.join('\n'),
    headers: authorization === '' ? {} : { authorization },
  })
  expect(written.status).toBe(204)
}

function queryNode(connection: object, config: object) {
  const server = openConnection(influxdbConnection, { timeoutMs: 5000, ...connection }, { time })
  opened.push(() => server.close())
  const node = run(influxdbQuery, { server: server.handle, ...config }, { time })
  opened.push(() => node.close())
  return node
}

const byDevice = {
  query: `SELECT mean("value") FROM "climate" WHERE "device" = $device AND time >= ${start}ms AND time < ${start + 100_000}ms GROUP BY time(50s)`,
  parameters: [{ name: 'device', value: (message: Message) => message.payload }],
}

describeWith(['influxd'], 'InfluxDB query with InfluxDB 1.x', () => {
  test('gives what was asked for, with parameters that are never part of the query', async () => {
    const server = await influxd()
    await fill(server)
    const node = queryNode({ version: '1', url: server.url, database: 'plant' }, byDevice)
    node.sendAll([{ payload: 'a' }, { payload: "b' OR" }, { payload: "a' OR '1'='1" }])
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.failures()).toEqual([])
    const rows = (from: number) => [
      { measurement: 'climate', time: start, mean: 24 + from },
      { measurement: 'climate', time: start + 50_000, mean: 74 + from },
    ]
    expect(node.emitted('out').map(({ payload }) => payload)).toEqual([rows(0), rows(1), []])
  })

  test('passes on points by themselves, at most so many', async () => {
    const server = await influxd()
    await fill(server)
    const node = queryNode(
      { version: '1', url: server.url, database: 'plant' },
      { query: 'SELECT "value" FROM "climate" GROUP BY "device"', output: 'each', rowsMax: 60 },
    )
    node.send({ payload: 1 })
    await until(() => expect(node.openHolds).toBe(0))
    const messages = node.emitted('out')
    expect(messages).toHaveLength(60)
    expect(messages[1]).toMatchObject({
      time: start + 2000,
      isTruncated: true,
      payload: { measurement: 'climate', device: 'a', value: 2, time: start + 2000 },
    })
  })

  test('says what is wrong, and answers again when it is mended', async () => {
    const server = await influxd({ user: { name: 'reader', password: 'right' } })
    const connection = { version: '1', url: server.url, database: 'plant', username: 'reader' }
    const wrong = queryNode({ ...connection, password: 'wrong' }, byDevice)
    wrong.send({ payload: 'a' })
    await until(() => expect(wrong.failures()).toMatchObject([{ code: 'INFLUXDB_NOT_AUTHORIZED' }]))
    const good = { ...connection, password: 'right' }
    const none = queryNode({ ...good, database: 'none' }, byDevice)
    none.send({ payload: 'a' })
    await until(() => expect(none.failures()).toMatchObject([{ code: 'INFLUXDB_QUERY_FAILED' }]))
    expect(none.failures()[0]?.message).toContain('database not found: none')
    const odd = queryNode(good, { query: 'SELECT FROM WHERE' })
    odd.send({ payload: 'a' })
    await until(() => expect(odd.failures()[0]?.message).toContain('error parsing query'))
    const node = queryNode(good, byDevice)
    await server.kill()
    node.send({ payload: 'a' })
    await until(() => expect(node.failures()).toMatchObject([{ code: 'INFLUXDB_UNREACHABLE' }]))
    await server.restart()
    node.send({ payload: 'a' })
    await until(() => expect(node.emitted('out')).toHaveLength(1))
    expect(node.statuses().at(-1)?.state).toBe('ok')
  })

  test('refuses an answer that is too long', async () => {
    const server = await influxd()
    await fill(server)
    const node = queryNode(
      { version: '1', url: server.url, database: 'plant' },
      { query: 'SELECT * FROM "climate"', bytesMax: 1000 },
    )
    node.send({ payload: 1 })
    await until(() => expect(node.failures()).toMatchObject([{ code: 'INFLUXDB_TOO_MUCH' }]))
  })

  test('asks every so often without a message', async () => {
    const server = await influxd()
    await fill(server)
    const node = queryNode(
      { version: '1', url: server.url, database: 'plant' },
      { query: 'SELECT count("value") FROM "climate"', everyMs: 20 },
    )
    await until(() => expect(node.emitted('out').length).toBeGreaterThan(2))
    expect(node.emitted('out')[0]?.payload).toEqual([
      { measurement: 'climate', time: 0, count: 100 },
    ])
  })
})

// No InfluxDB 2 or 3 can be had here: requests and answers are those of their documentation.
describe('InfluxDB query with answers as documented for 2.x and 3.x', () => {
  async function contract(
    answer: (request: IncomingMessage, body: string) => string,
  ): Promise<string> {
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => response.end(answer(request, Buffer.concat(parts).toString())))
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    opened.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  test('sends Flux with its organization, token and parameters', async () => {
    const seen: unknown[] = []
    const url = await contract(({ url: path, headers }, body) => {
      const { query, extern } = JSON.parse(body)
      seen.push(path, headers.authorization, query, extern.body[0].type)
      return '#datatype,string,long,double\r\n#group,false,false,false\r\n#default,_result,,\r\n,result,table,_value\r\n,,0,1.5\r\n\r\n'
    })
    const connection = { version: '2', url, organization: 'o', bucket: 'b', token: 't' }
    const query =
      'from(bucket: "b") |> range(start: -1h) |> filter(fn: (r) => r.device == params.device)'
    const node = queryNode(connection, { ...byDevice, language: 'flux', query })
    node.send({ payload: 'a' })
    await until(() => expect(node.emitted('out')).toMatchObject([{ payload: [{ _value: 1.5 }] }]))
    expect(seen).toEqual(['/api/v2/query?org=o', 'Token t', query, 'OptionStatement'])
  })

  test('sends SQL with its database, token and parameters', async () => {
    const seen: unknown[] = []
    const url = await contract(({ url: path, headers }, body) => {
      seen.push(path, headers.authorization, JSON.parse(body))
      return '{"device":"a","time":"2026-01-01T00:00:00","value":1}\n'
    })
    const connection = { version: '3', url, database: 'plant', token: 't' }
    const query = 'SELECT * FROM climate WHERE device = $device'
    const node = queryNode(connection, { ...byDevice, language: 'sql', query })
    node.send({ payload: 'a' })
    await until(() => expect(node.emitted('out')).toMatchObject([{ payload: [{ value: 1 }] }]))
    const params = { device: 'a' }
    expect(seen).toEqual([
      '/api/v3/query_sql',
      'Bearer t',
      { db: 'plant', q: query, params, format: 'jsonl' },
    ])
  })
})
