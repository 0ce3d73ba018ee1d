import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Point } from '@millrace/formats'
import { telegrafConnection, telegrafIn, telegrafOut } from '@millrace/nodes-telegraf'
import type { Message } from '@millrace/sdk'
import { dottedPath, openConnection, realTime, run } from '@millrace/sdk/testing'
import type { TestCompiler, TestRun } from '@millrace/sdk/testing'
import { startCollectd, startInfluxd, startVictoriaMetrics } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterEach, expect, test, vi } from 'vitest'
import { openDoor } from './http-door.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 })
const compiler: TestCompiler = {
  expression: (source) => (message) => dottedPath(source).get(message) ?? null,
}

async function listening(config: object = {}): Promise<{ node: TestRun; url: string }> {
  const node = run(telegrafIn, config, { time, compiler })
  opened.push(() => node.close())
  await node.start()
  const door = await openDoor(node.http)
  opened.push(() => door.close())
  return { node, url: door.url }
}

// What the node under test makes of a point.
const points = (node: TestRun) => node.emitted('out').map(({ payload }) => payload as Point)

const shell = promisify(execFile)

describeWith(['influx'], 'Telegraf in with the influx shell', () => {
  const influx = (url: string, ...args: readonly string[]) => {
    const { hostname, port } = new URL(url)
    return shell('influx', ['-host', hostname, '-port', port, ...args])
  }

  test('takes the points that it inserts, and shows it databases', async () => {
    const { node, url } = await listening()
    await influx(url, '-execute', 'CREATE DATABASE "my plant"')
    const { stdout } = await influx(url, '-execute', 'SHOW DATABASES')
    expect(stdout).toContain('my plant')
    const line =
      'INSERT climate,device=a\\ b temperature=21.5,n=3i,ok=true,text="x" 1700000000000000000'
    await influx(url, '-database', 'my plant', '-execute', line)
    expect(points(node)).toEqual([
      {
        measurement: 'climate',
        tags: { device: 'a b' },
        fields: { temperature: 21.5, n: 3, ok: true, text: 'x' },
        time: 1_700_000_000_000,
      },
    ])
    expect(node.emitted('out')[0]).toMatchObject({ database: 'my plant' })
  })

  test('takes a file that it imports, with name and password', async () => {
    const { node, url } = await listening({
      admission: 'basic',
      admitUser: 'ann',
      admitPassword: 'pw',
    })
    const folder = await mkdtemp(join(tmpdir(), 'millrace-import-'))
    opened.push(() => rm(folder, { recursive: true }))
    const lines = Array.from({ length: 6000 }, (_, n) => `m,d=x v=${n} ${1_700_000_000_000 + n}`)
    const head = ['# DDL', 'CREATE DATABASE plant', '# DML', '# CONTEXT-DATABASE: plant']
    await writeFile(join(folder, 'points.txt'), `${[...head, ...lines].join('\n')}\n`)
    const given = ['-import', '-path', join(folder, 'points.txt'), '-precision', 'ms']
    await influx(url, '-username', 'ann', '-password', 'pw', ...given)
    expect(points(node)).toHaveLength(6000)
    expect(points(node)[5999]).toMatchObject({ fields: { v: 5999 }, time: 1_700_000_005_999 })
  })

  test('tells it of the line that is wrong', async () => {
    const { url } = await listening()
    const bad = influx(url, '-database', 'plant', '-execute', 'INSERT m v=')
    const said = await bad.then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: { readonly stdout: string; readonly stderr: string }) => error.stdout + error.stderr,
    )
    expect(said).toContain('unable to parse')
    expect(said).toContain('line 1')
  })
})

describeWith(['collectd'], 'Telegraf in with collectd', () => {
  test('takes what it measures', async () => {
    const { node, url } = await listening()
    const collectd = await startCollectd({ url: `${url}/telegraf` })
    opened.push(() => collectd.stop())
    await until(() => expect(points(node).length).toBeGreaterThan(1))
    expect(points(node)[0]).toMatchObject({
      measurement: 'load',
      tags: { host: 'plant', type: 'load' },
      fields: { shortterm: expect.any(Number), longterm: expect.any(Number) },
    })
    expect(Math.abs((points(node)[0]?.time ?? 0) - Date.now())).toBeLessThan(60_000)
  })
})

function sender(connection: object): TestRun {
  const listener = openConnection(telegrafConnection, connection, { time })
  opened.push(() => listener.close())
  const node = run(
    telegrafOut,
    {
      listener: listener.handle,
      measurement: () => 'reading',
      tags: [{ name: 'device', value: (message: Message) => message.key }],
      fields: [{ name: 'value', value: (message: Message) => message.payload, type: 'auto' }],
      batchAgeMs: 20,
    },
    { time },
  )
  opened.push(() => node.close())
  return node
}

const messages = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    payload: at,
    key: `device-${at % 10}`,
    time: Date.now() - 100_000 + at,
  }))

describeWith(['influxd'], 'Telegraf out with a taker of line protocol 1', () => {
  test('writes points, and lets those that it refuses leave by the error port', async () => {
    const server = await startInfluxd({ databases: ['plant'] })
    opened.push(() => server.stop())
    const node = sender({ listener: 'influxdb', url: server.url, database: 'plant' })
    const sent = node.sendAll(messages(2000))
    await until(() => expect(sent.isSettled).toBe(true))
    node.send({ payload: 'text', key: 'device-0', time: Date.now() })
    await until(() => expect(node.openHolds).toBe(0))
    expect(await server.query('SELECT * FROM reading', 'plant')).toHaveLength(2000)
    expect(node.failures()).toMatchObject([
      { code: 'TELEGRAF_REFUSED', message: expect.stringContaining('field type conflict') },
    ])
  })
})

describeWith(
  ['victoria-metrics'],
  'Telegraf out with takers of line protocol 2 and of sockets',
  () => {
    test.each([
      ['influxdb_v2', 'http'],
      ['tcp', 'socket'],
      ['udp', 'socket'],
    ])('writes points by %s', async (listener, kind) => {
      const server = await startVictoriaMetrics({ hasLineSocket: true })
      opened.push(() => server.stop())
      const place =
        kind === 'http' ? { url: server.url } : { host: '127.0.0.1', port: server.linePort }
      const node = sender({ listener, ...place })
      const sent = node.sendAll(messages(100))
      await until(() => expect(sent.isSettled).toBe(true))
      await until(async () => {
        const series = await server.series('reading_value')
        expect(series.flatMap(({ values }) => values)).toHaveLength(100)
      })
      expect(node.failures()).toEqual([])
    })
  },
)
