import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { influxdbConnection, influxdbOut } from '@millrace/nodes-influxdb'
import type { Message } from '@millrace/sdk'
import { openConnection, realTime, run, testConnection } from '@millrace/sdk/testing'
import { startInfluxd, startVictoriaMetrics } from '@millrace/services'
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

async function influxd(options: InfluxdOptions = {}): Promise<Influxd> {
  const server = await startInfluxd({ databases: ['plant'], ...options })
  opened.push(() => server.stop())
  return server
}

type Config = Readonly<Record<string, unknown>>

function sink(connection: Config, config: Config = {}) {
  const server = openConnection(influxdbConnection, connection, { time })
  opened.push(() => server.close())
  const node = run(
    influxdbOut,
    {
      server: server.handle,
      measurement: () => 'reading',
      tags: [{ name: 'device', value: (message: Message) => message.key }],
      fields: [{ name: 'value', value: (message: Message) => message.payload }],
      batchAgeMs: 20,
      ...config,
    },
    { time },
  )
  opened.push(() => node.close())
  return node
}

const textOf = ({ payload }: Message) => String(payload)

const points = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({
    key: `device-${(from + at) % 10}`,
    payload: from + at,
    time: 1_700_000_000_000 + from + at,
  }))

describeWith(['influxd'], 'InfluxDB nodes with InfluxDB 1.x', () => {
  test('write messages as points, each once however often it is sent', async () => {
    const server = await influxd()
    const node = sink({ version: '1', url: server.url, database: 'plant' }, { batchPoints: 500 })
    const first = node.sendAll(points(2000))
    const again = node.sendAll(points(2000))
    await until(() => expect([first.isSettled, again.isSettled]).toEqual([true, true]))
    expect(node.failures()).toEqual([])
    const rows = await server.query('SELECT * FROM reading', 'plant')
    expect(rows).toHaveLength(2000)
    expect(rows[7]).toEqual({
      measurement: 'reading',
      time: 1_700_000_000_007,
      device: 'device-7',
      value: 7,
    })
  })

  test.each(['s', 'ms', 'us', 'ns'])('write time with precision %s', async (precision) => {
    const server = await influxd()
    const node = sink({ version: '1', url: server.url, database: 'plant' }, { precision })
    node.send({ payload: 1, time: 1_700_000_000_000, key: 'a' })
    await until(() => expect(node.openHolds).toBe(0))
    expect(await server.query('SELECT * FROM reading', 'plant')).toMatchObject([
      { time: 1_700_000_000_000 },
    ])
  })

  test('keep hostile names and values where they belong', async () => {
    const server = await influxd()
    const values = [
      'a,b=c d',
      'x\\,evil=1',
      'end\\',
      'C:\\temp',
      '"q"',
      'ü',
      '=',
      '# no',
      'a\nb,t=1 v=2',
    ]
    const node = sink(
      { version: '1', url: server.url, database: 'plant' },
      {
        measurement: () => 'odd, name',
        fields: [{ name: 'a text=', value: (message: Message) => message.payload, type: 'string' }],
      },
    )
    node.sendAll(values.map((value, at) => ({ payload: value, key: value, time: 1000 + at })))
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.failures()).toEqual([])
    const rows = await server.query('SELECT * FROM "odd, name"', 'plant')
    expect(rows.map((row) => row['a text='])).toEqual(values)
    expect(rows.map((row) => row['device'])).toEqual([
      'a,b=c d',
      'x,evil=1',
      'end',
      'C:\\temp',
      '"q"',
      'ü',
      '=',
      '# no',
      'a\\nb,t=1 v=2',
    ])
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual([
      'a text=',
      'device',
      'measurement',
      'time',
    ])
  })

  test('let only the refused points leave by the error port, with the reason', async () => {
    const server = await influxd()
    const node = sink({ version: '1', url: server.url, database: 'plant' })
    node.send({ payload: 1.5, time: 1, key: 'a' })
    await until(() => expect(node.openHolds).toBe(0))
    const bad = [13, 44, 45].map((at) => ({ payload: 'text', time: 1000 + at, key: 'a' }))
    const good = points(100)
    node.sendAll([...good.slice(0, 50), ...bad, ...good.slice(50)])
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.failures().map(({ original }) => original.time)).toEqual([1013, 1044, 1045])
    expect(node.failures()[0]).toMatchObject({ code: 'INFLUXDB_REFUSED' })
    expect(node.failures()[0]?.message).toContain('field type conflict')
    expect(await server.query('SELECT * FROM reading', 'plant')).toHaveLength(101)
  })

  test('let points of times that the database does not keep leave by the error port', async () => {
    const server = await influxd()
    const short = 'CREATE RETENTION POLICY short ON plant DURATION 2h REPLICATION 1 DEFAULT'
    await server.query(short)
    const node = sink({ version: '1', url: server.url, database: 'plant' })
    const now = Date.now()
    // A device at 1970, one of the year 2100, and one whose time is in nanoseconds.
    const [old, ahead, none] = [5, Date.UTC(2100, 0, 1), now * 1e6]
    node.sendAll([now - 1, old, ahead, none, now].map((at) => ({ payload: 1, time: at, key: 'a' })))
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.failures().map(({ original }) => original.time)).toEqual(
      expect.arrayContaining([old, none]),
    )
    expect(node.failures()).toHaveLength(2)
    expect(
      node
        .failures()
        .map(({ message }) => message)
        .join(),
    ).toContain('retention policy')
    const rows = await server.query('SELECT * FROM reading', 'plant')
    expect(rows.map((row) => row['time'])).toEqual([now - 1, now, ahead])
  })

  test('write in smaller parts where the database takes none that large', async () => {
    const server = await influxd({ bodyBytesMax: 2_000 })
    const given = { version: '1', url: server.url, database: 'plant', isCompressed: false }
    const node = sink(given, { batchPoints: 500, fields: [{ name: 'text', value: textOf }] })
    node.sendAll([...points(100), { payload: 'x'.repeat(3_000), time: 1, key: 'long' }])
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.failures()).toMatchObject([
      { code: expect.stringMatching(/^INFLUXDB_/), original: { key: 'long' } },
    ])
    expect(await server.query('SELECT * FROM reading', 'plant')).toHaveLength(100)
  })

  test('lose nothing while the database is killed and started again, and say how it stands', async () => {
    const server = await influxd()
    const node = sink(
      { version: '1', url: server.url, database: 'plant' },
      { batchPoints: 100, bufferPoints: 1000 },
    )
    node.sendAll(points(250))
    await until(() => expect(node.openHolds).toBe(0))
    await server.kill()
    node.sendAll(points(250, 250))
    await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'error' }))
    expect(node.statuses().at(-1)?.text).toContain('Nothing answers at')
    expect(node.isPressing).toBe(false)
    node.sendAll(points(300, 500))
    expect(node.isPressing).toBe(true)
    expect(node.openHolds).toBe(550)
    await server.restart()
    await until(() => expect(node.openHolds).toBe(0))
    await until(() => expect(node.isPressing).toBe(false))
    await until(() => expect(node.statuses().at(-1)?.state).toBe('ok'))
    expect(node.failures()).toEqual([])
    const rows = await server.query('SELECT * FROM reading', 'plant')
    expect(rows.map((row) => row['value'])).toEqual(points(800).map(({ payload }) => payload))
  })

  test('keep the points while the database does not exist or the password is wrong', async () => {
    const user = { name: 'plant', password: 'right' }
    const server = await influxd({ user })
    const given = { version: '1', url: server.url, username: 'plant' }
    const stranger = sink({ ...given, database: 'plant', password: 'wrong' })
    stranger.send({ payload: 1, time: 1 })
    await until(() => expect(stranger.statuses().at(-1)?.text).toContain('does not let us write'))
    expect(stranger.openHolds).toBe(1)
    const early = sink({ ...given, database: 'later', password: 'right' })
    early.send({ payload: 1, time: 1 })
    await until(() => expect(early.statuses().at(-1)?.text).toContain('database or bucket'))
    await server.query('CREATE DATABASE later')
    await until(() => expect(early.openHolds).toBe(0))
    expect(early.failures()).toEqual([])
  })

  test('test a connection step by step', async () => {
    const user = { name: 'plant', password: 'right' }
    const server = await influxd({ user })
    const config = { version: '1', url: server.url, database: 'plant', username: 'plant' }
    const good = await testConnection(
      influxdbConnection,
      { ...config, password: 'right' },
      { time },
    )
    expect(good).toEqual([
      { step: 'Name', outcome: 'passed', text: '127.0.0.1' },
      { step: 'TCP connection', outcome: 'passed', text: expect.stringContaining('127.0.0.1') },
      { step: 'Server', outcome: 'passed', text: expect.stringContaining('InfluxDB 1.') },
      { step: 'Permission to write', outcome: 'passed', text: 'May write to database plant' },
    ])
    const wrong = await testConnection(influxdbConnection, { ...config, password: 'x' }, { time })
    expect(wrong.at(-1)).toMatchObject({ outcome: 'failed' })
    const missing = { ...config, password: 'right', database: 'none' }
    const none = await testConnection(influxdbConnection, missing, { time })
    expect(none.at(-1)?.text).toContain('check address, version, and database or bucket')
    await server.kill()
    const gone = await testConnection(influxdbConnection, config, { time })
    expect(gone.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['Name', 'passed'],
      ['TCP connection', 'failed'],
      ['Server', 'skipped'],
      ['Permission to write', 'skipped'],
    ])
  })
})

describeWith(
  ['victoria-metrics'],
  'InfluxDB nodes with the 2.x write path of VictoriaMetrics',
  () => {
    test('write messages as points, also through a restart', async () => {
      const server = await startVictoriaMetrics()
      opened.push(() => server.stop())
      const connection = {
        version: '2',
        url: server.url,
        organization: 'o',
        bucket: 'b',
        token: 't',
      }
      const node = sink(connection)
      node.sendAll(points(20))
      await until(() => expect(node.openHolds).toBe(0))
      await server.kill()
      node.sendAll(points(20, 20))
      await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'error' }))
      await server.restart()
      await until(() => expect(node.openHolds).toBe(0))
      expect(node.failures()).toEqual([])
      await until(async () => {
        const series = await server.series('{device="device-3"}')
        expect(series.flatMap(({ values }) => values)).toEqual([23, 33])
      })
    })
  },
)

// No InfluxDB 3 can be had here: its answers are taken from its documentation.
describe('InfluxDB nodes with answers as documented for 3.x', () => {
  async function contract(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    opened.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  test('let the lines that the server names leave by the error port', async () => {
    const bodies: string[] = []
    const url = await contract((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks)
        const isPacked = request.headers['content-encoding'] === 'gzip'
        bodies.push(String(isPacked ? gunzipSync(body) : body))
        const data = [{ original_line: '…', line_number: 2, error_message: 'invalid column type' }]
        const error = 'partial write of line protocol occurred'
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error, data }))
      })
    })
    const node = sink({ version: '3', url, database: 'plant', token: 't' })
    node.sendAll(points(200))
    await until(() => expect(node.openHolds).toBe(0))
    expect(bodies).toHaveLength(1)
    expect(bodies[0]?.split('\n')).toHaveLength(200)
    expect(node.failures()).toMatchObject([
      { code: 'INFLUXDB_REFUSED', message: expect.stringContaining('invalid column type') },
    ])
    expect(node.failures()[0]?.original.payload).toBe(1)
  })

  test('wait as long as a busy server asks for', async () => {
    let answers = 0
    const url = await contract((request, response) => {
      request.resume()
      request.on('end', () => {
        answers += 1
        const status = answers === 1 ? 429 : 204
        response.writeHead(status, status === 429 ? { 'retry-after': '0' } : {}).end()
      })
    })
    const node = sink({ version: '3', url, database: 'plant', token: 't' })
    node.send({ payload: 1, time: 1 })
    await until(() => expect(node.openHolds).toBe(0))
    expect(answers).toBe(2)
    await until(() => expect(node.statuses().map(({ state }) => state)).toEqual(['error', 'ok']))
  })
})
