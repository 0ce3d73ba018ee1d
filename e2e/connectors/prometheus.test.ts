import { createServer } from 'node:http'
import {
  prometheusConnection,
  prometheusExpose,
  prometheusReceive,
  prometheusScrape,
  prometheusWrite,
} from '@millrace/nodes-prometheus'
import type { Message } from '@millrace/sdk'
import {
  dottedPath,
  openConnection,
  realTime,
  run,
  testConnection,
  testIntake,
} from '@millrace/sdk/testing'
import type { RunOptions, TestCompiler, TestRun } from '@millrace/sdk/testing'
import { startPrometheus, startVmagent } from '@millrace/services'
import type { Prometheus } from '@millrace/services'
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

async function prometheus(configuration?: string): Promise<Prometheus> {
  const server = await startPrometheus(configuration === undefined ? {} : { configuration })
  opened.push(() => server.stop())
  return server
}

async function door(node: TestRun): Promise<string> {
  const { url, close } = await openDoor(node.http)
  opened.push(close)
  return url
}

async function receiver(options: RunOptions = {}): Promise<{ node: TestRun; url: string }> {
  const node = run(prometheusReceive, {}, { time, compiler, ...options })
  opened.push(() => node.close())
  await node.start()
  return { node, url: `${await door(node)}/api/v1/write` }
}

function writer(url: string, config: object = {}): TestRun {
  const connection = openConnection(prometheusConnection, { url }, { time })
  opened.push(() => connection.close())
  const node = run(
    prometheusWrite,
    {
      server: connection.handle,
      metric: () => 'plant_temp',
      value: (message: Message) => message.payload,
      labels: [{ name: 'device', value: (message: Message) => message.key }],
      batchAgeMs: 20,
      ...config,
    },
    { time, compiler },
  )
  opened.push(() => node.close())
  return node
}

const seconds = (values: readonly (readonly [number, string])[] = []) => values.map(([at]) => at)

describeWith(['prometheus'], 'Prometheus nodes with Prometheus', () => {
  test('write samples that it stores once, however often they are sent', async () => {
    const server = await prometheus()
    const node = writer(`${server.url}/api/v1/write`, { batchItems: 100, shards: 3 })
    const now = Math.floor(Date.now() / 1000) * 1000
    const messages = Array.from({ length: 1000 }, (_, at) => ({
      payload: at,
      key: `device "${at % 10}"\n\\`,
      time: now - 100_000 + Math.floor(at / 10) * 1000,
    }))
    const first = node.sendAll(messages)
    await until(() => expect(first.isSettled).toBe(true))
    const again = node.sendAll(messages.slice(-10))
    await until(() => expect(again.isSettled).toBe(true))
    expect(node.failures()).toEqual([])
    const series = await server.query('plant_temp[10m]')
    expect(series).toHaveLength(10)
    const seventh = series.find(({ metric }) => metric['device'] === 'device "7"\n\\')
    expect(seventh?.values).toHaveLength(100)
    expect(seventh?.values?.[2]).toEqual([(now - 98_000) / 1000, '27'])
  })

  test('let samples that it refuses leave by the error port, and write the others', async () => {
    const server = await prometheus()
    const node = writer(`${server.url}/api/v1/write`)
    const now = Math.floor(Date.now() / 1000) * 1000
    const send = async (messages: readonly object[]) => {
      const sent = node.sendAll(messages)
      await until(() => expect(sent.isSettled).toBe(true))
    }
    await send([{ payload: 1, key: 'a', time: now }])
    await send([
      { payload: 2, key: 'a', time: now },
      { payload: 3, key: 'b', time: now },
      { payload: 4, key: 'a', time: now - 5000 },
      { payload: 5, key: 'a', time: now + 1000 },
      { payload: 6, key: 'c', time: now - 900_000_000 },
    ])
    expect(node.failures().map(({ original, code }) => [original.payload, code])).toEqual([
      [2, 'PROMETHEUS_REFUSED'],
      [4, 'PROMETHEUS_REFUSED'],
      [6, 'PROMETHEUS_REFUSED'],
    ])
    expect(node.failures().map(({ message }) => message)).toEqual([
      expect.stringContaining('duplicate sample for timestamp'),
      expect.stringContaining('out of order sample'),
      expect.stringContaining('out of bounds'),
    ])
    const values = await server.query('last_over_time(plant_temp[1m])', now + 2000)
    expect(
      values.map(({ metric, value }) => `${metric['device']} ${value?.[1]}`).toSorted(),
    ).toEqual(['a 5', 'b 3'])
  })

  test('lose nothing while it is away', async () => {
    const server = await prometheus()
    const node = writer(`${server.url}/api/v1/write`)
    const now = Math.floor(Date.now() / 1000) * 1000
    await server.kill()
    const sent = node.sendAll([0, 1, 2].map((at) => ({ payload: at, key: 'a', time: now + at })))
    await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
    expect(node.statuses().at(-1)?.text).toContain('Is the server running')
    await server.restart()
    await until(() => expect(sent.isSettled).toBe(true))
    const [series] = await server.query('plant_temp[1m]', now + 1000)
    expect(seconds(series?.values)).toHaveLength(3)
  })

  test('test the connection, and say that its receiver is off', async () => {
    const server = await prometheus()
    const url = `${server.url}/api/v1/write`
    const good = await testConnection(prometheusConnection, { url }, { time })
    expect(good.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed'])
    const bad = await testConnection(prometheusConnection, { url: `${server.url}/no` }, { time })
    expect(bad.at(-1)?.text).toContain('check Address')
  })

  test('are scraped by it: gauges, counters and histograms', async () => {
    const node = run(
      prometheusExpose,
      {
        metrics: ['gauge', 'counter', 'histogram'].map((type) => ({
          name: `plant_${type}`,
          type,
          value: (message: Message) => message.payload,
          buckets: '1, 10',
          help: 'With "quotes" and a \\',
        })),
        labels: [{ name: 'device', value: (message: Message) => message.key }],
      },
      { time },
    )
    opened.push(() => node.close())
    for (const payload of [0.5, 5, 50]) node.send({ payload, key: 'a "b"\n' })
    const { host } = new URL(await door(node))
    const server = await prometheus(`
scrape_configs:
  - job_name: flow
    scrape_interval: 200ms
    scrape_timeout: 200ms
    static_configs: [{ targets: ['${host}'] }]
`)
    await until(async () => expect((await server.query('up'))[0]?.value?.[1]).toBe('1'))
    const read = async (query: string) => (await server.query(query)).map(({ value }) => value?.[1])
    expect(await read('plant_gauge{device="a \\"b\\"\\n"}')).toEqual(['50'])
    expect(await read('plant_counter_total')).toEqual(['55.5'])
    expect(
      await read('plant_histogram_bucket{le="10.0"} or plant_histogram_bucket{le="10"}'),
    ).toEqual(['2'])
    expect(await read('plant_histogram_sum')).toEqual(['55.5'])
  })

  test('scrape what it shows of itself', async () => {
    const server = await prometheus()
    const targets = [{ url: `${server.url}/metrics`, labels: 'site=here' }]
    const node = run(prometheusScrape, { targets, per: 'metric' }, { time, compiler })
    opened.push(() => node.close())
    await node.start()
    await until(() => expect(node.emitted('out').length).toBeGreaterThan(100))
    const metrics = new Map(node.emitted('out').map((message) => [message.topic, message]))
    expect(metrics.get('up')?.payload).toMatchObject({ value: 1, labels: { site: 'here' } })
    expect(metrics.get('prometheus_build_info')?.payload).toMatchObject({ type: 'gauge', value: 1 })
    expect(metrics.get('go_gc_duration_seconds')?.payload).toMatchObject({
      type: 'summary',
      count: expect.any(Number),
      quantiles: expect.arrayContaining([{ quantile: 0.5, value: expect.any(Number) }]),
    })
    expect(metrics.get('prometheus_http_request_duration_seconds')?.payload).toMatchObject({
      type: 'histogram',
      buckets: expect.arrayContaining([{ le: Infinity, count: expect.any(Number) }]),
    })
  })

  test('receive what it sends, with the marks of series that ended', async () => {
    const node = run(prometheusReceive, { keepStale: true }, { time, compiler })
    opened.push(() => node.close())
    await node.start()
    const url = `${await door(node)}/api/v1/write`
    const target = createServer((_request, response) => {
      response.end('# TYPE plant_temp gauge\nplant_temp{device="a \\"b\\""} 21.5\n')
    })
    await new Promise<void>((resolve) => void target.listen(0, '127.0.0.1', resolve))
    const address = target.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    opened.push(() => target.closeAllConnections())
    await prometheus(`
scrape_configs:
  - job_name: plant
    scrape_interval: 200ms
    scrape_timeout: 200ms
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
remote_write:
  - url: ${url}
    queue_config: { batch_send_deadline: 100ms }
`)
    const ofPlant = () => node.emitted('out').filter(({ topic }) => topic === 'plant_temp')
    await until(() => expect(ofPlant().length).toBeGreaterThan(2))
    expect(ofPlant()[0]).toMatchObject({
      payload: { name: 'plant_temp', value: 21.5, labels: { device: 'a "b"', job: 'plant' } },
      time: expect.any(Number),
    })
    target.closeAllConnections()
    await new Promise((resolve) => target.close(resolve))
    await until(() =>
      expect(ofPlant().at(-1)).toMatchObject({ stale: true, payload: { value: null } }),
    )
    expect(node.emitted('out').some(({ topic }) => topic === 'up')).toBe(true)
  })
})

describeWith(['vmagent'], 'Prometheus receive with vmagent', () => {
  test('takes all that it sends, also what it kept while nothing was taken', async () => {
    const intake = testIntake()
    const { node, url } = await receiver({ intake })
    node.pause()
    const agent = await startVmagent({ remoteWriteUrl: url })
    opened.push(() => agent.stop())
    const now = Date.now()
    const lines = Array.from({ length: 500 }, (_, at) => `plant_temp{n="${at}"} ${at} ${now + at}`)
    const given = await fetch(`${agent.url}/api/v1/import/prometheus`, {
      method: 'POST',
      body: lines.join('\n'),
    })
    expect(given.status).toBe(204)
    await new Promise<void>((resolve) => setTimeout(resolve, 500))
    expect(node.emitted('out')).toEqual([])
    node.resume()
    const sync = setInterval(() => intake.sync(), 10)
    opened.push(() => clearInterval(sync))
    await until(() => {
      const mine = node.emitted('out').filter(({ topic }) => topic === 'plant_temp')
      expect(new Set(mine.map(({ key }) => key)).size).toBe(500)
    })
    const seventh = node.emitted('out').find(({ key }) => key === 'plant_temp{n="7"}')
    expect(seventh).toMatchObject({ payload: { labels: { n: '7' }, value: 7 }, time: now + 7 })
  })
})
