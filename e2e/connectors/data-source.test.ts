import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Flow } from '@millrace/flow'
import { startChild, until } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startProduct, type Product } from '../browser/product.ts'

const run = promisify(execFile)

/** Counts up once a tenth of a second, and keeps it and twice of it. */
const plant: Flow = {
  millrace: 1,
  name: 'plant',
  title: 'Plant',
  nodes: [
    { id: 'tick', type: 'core/inject', config: { schedule: 'every', everyMs: 100 } },
    {
      id: 'count',
      type: 'core/function',
      config: {
        code: "const n = (state.get('n') ?? 0) + 1; state.set('n', n); return { payload: { n, device: n % 2 === 0 ? 'a' : 'b' }, time: message.time }",
      },
    },
    {
      id: 'store',
      type: 'store/write',
      config: {
        measurement: 'made',
        tags: [{ name: 'device', value: 'payload.device' }],
        fields: [{ name: 'total', value: 'payload.n', type: 'auto' }],
        batchAgeMs: 100,
      },
    },
    {
      id: 'chart',
      type: 'core/chart',
      name: 'Made',
      config: { value: 'payload.n', series: 'payload.device' },
    },
  ],
  wires: [
    { from: { node: 'tick', port: 'out' }, to: { node: 'count', port: 'in' } },
    { from: { node: 'count', port: 'out' }, to: { node: 'store', port: 'in' } },
    { from: { node: 'count', port: 'out' }, to: { node: 'chart', port: 'in' } },
  ],
  layout: {},
}

let product: Product
const closing: (() => unknown)[] = []

beforeAll(async () => {
  product = await startProduct()
  await product.api.deploy(plant)
})
afterAll(() => product.stop())
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function query(expression: string) {
  const response = await fetch(
    `${product.url}/prometheus/api/v1/query?${new URLSearchParams({ query: expression })}`,
  )
  return (
    (await response.json()) as { data: { result: { metric: object; value: [number, string] }[] } }
  ).data.result
}

const hasPoints = () =>
  until(async () => (await query('made_total')).length === 2, { what: 'points' })

describeWith(['promtool'], 'what flows keep, read by promtool', () => {
  const promtool = async (...args: readonly string[]) =>
    (await run('promtool', ['query', ...args], { encoding: 'utf8' })).stdout

  test('at one moment, over time, and as lists', async () => {
    await hasPoints()
    const base = `${product.url}/prometheus`
    const instant = await promtool('instant', base, 'sum by (device) (made_total) > 0')
    expect(instant.trim().split('\n').toSorted()).toEqual([
      expect.stringMatching(/^\{device="a"\} => \d+ @\[/),
      expect.stringMatching(/^\{device="b"\} => \d+ @\[/),
    ])
    const end = Math.ceil(Date.now() / 1000) + 1
    const times = [`--start=${end - 60}`, `--end=${end}`, '--step=1s']
    const range = await promtool('range', ...times, base, 'max(made_total)')
    expect(range).toMatch(/^\{\} =>\n\d+ @\[\d+/)
    const series = await promtool('series', '--match=made_total', base)
    expect(series.trim().split('\n')).toEqual([
      '{__name__="made_total", device="b", flow="plant"}',
      '{__name__="made_total", device="a", flow="plant"}',
    ])
    expect((await promtool('labels', base, '__name__')).trim().split('\n')).toContain('made_total')
  })

  test('and tells what is wrong with a query', async () => {
    const asked = promtool('instant', `${product.url}/prometheus`, 'rate(made_total)')
    await expect(asked).rejects.toMatchObject({
      stderr: expect.stringContaining('expected type range vector in call to function "rate"'),
    })
  })
})

describeWith(['vmalert'], 'what flows keep, watched by vmalert', () => {
  test('raises an alert on its rule', async () => {
    await hasPoints()
    const alerts: unknown[] = []
    const receiver = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        alerts.push(...(JSON.parse(Buffer.concat(parts).toString()) as unknown[]))
        response.end()
      })
    })
    await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve))
    closing.push(() => receiver.close())
    const address = receiver.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const folder = await mkdtemp(join(tmpdir(), 'millrace-vmalert-'))
    closing.push(() => rm(folder, { recursive: true, force: true }))
    const rules = join(folder, 'rules.yml')
    await writeFile(
      rules,
      `groups:
  - name: plant
    interval: 1s
    rules:
      - alert: Made
        expr: rate(made_total{flow="plant"}[30s]) > 0
        annotations: { value: "{{ $value }}" }
`,
    )
    const child = await startChild('vmalert', [
      `-rule=${rules}`,
      `-datasource.url=${product.url}/prometheus`,
      `-notifier.url=http://127.0.0.1:${port}`,
      '-httpListenAddr=127.0.0.1:0',
      '-evaluationInterval=1s',
    ])
    closing.push(() => child.stop())
    await until(() => alerts.length > 0 || !child.isRunning(), {
      what: 'an alert',
      timeoutMs: 20_000,
    })
    expect(child.isRunning() || child.log()).toBe(true)
    expect(alerts[0]).toMatchObject({
      labels: { alertname: 'Made', device: expect.stringMatching(/^[ab]$/), flow: 'plant' },
    })
  })
})

// No Grafana can be had here: its requests are taken from its source (pkg/tsdb/prometheus, pkg/tsdb/influxdb).
describe('what flows keep, asked for as Grafana documents it', () => {
  const form = async (path: string, parameters: Record<string, string>) => {
    const response = await fetch(product.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(parameters),
    })
    return { status: response.status, body: (await response.json()) as never }
  }

  test('the health check, panel and variable requests of the Prometheus data source', async () => {
    await hasPoints()
    expect(await form('/prometheus/api/v1/query', { query: '1+1', time: '4' })).toEqual({
      status: 200,
      body: { status: 'success', data: { resultType: 'scalar', result: [4, '2'] } },
    })
    const end = Math.floor(Date.now() / 1000)
    const panel = await form('/prometheus/api/v1/query_range', {
      query: 'rate(made_total{flow="plant"}[1m0s])',
      start: String(end - 300),
      end: `${end}.000`,
      step: '15',
    })
    expect(panel).toMatchObject({
      status: 200,
      body: { status: 'success', data: { resultType: 'matrix' } },
    })
    const variable = await fetch(
      `${product.url}/prometheus/api/v1/label/device/values?match[]=made_total&start=${end - 300}&end=${end}`,
    )
    expect(await variable.json()).toEqual({ status: 'success', data: ['a', 'b'] })
    const build = await fetch(`${product.url}/prometheus/api/v1/status/buildinfo`)
    expect(await build.json()).toMatchObject({ status: 'success', data: { version: '2.55.0' } })
  })

  test('the health check, panel and editor requests of the InfluxDB data source', async () => {
    await hasPoints()
    const ask = async (q: string) => {
      const parameters = new URLSearchParams({ db: 'plant', epoch: 'ms', q })
      const response = await fetch(`${product.url}/influxdb/query?${parameters}`)
      const body = (await response.json()) as { results: { series?: { values: unknown[][] }[] }[] }
      return body.results[0]?.series
    }
    expect(await ask('SHOW measurements')).toMatchObject([{ values: [['made']] }])
    expect(await ask('SHOW RETENTION POLICIES on "plant"')).toHaveLength(1)
    expect(await ask('SHOW FIELD KEYS FROM "made"')).toMatchObject([
      { values: [['total', 'float']] },
    ])
    const now = Date.now()
    const panel = await ask(
      `SELECT max("total") FROM "made" WHERE time >= ${now - 60_000}ms and time <= ${now}ms GROUP BY time(1s), "device"::tag fill(none)`,
    )
    expect(panel).toHaveLength(2)
    const posted = await form('/influxdb/query?db=plant&epoch=ms', { q: 'SHOW TAG KEYS' })
    expect(posted.body).toMatchObject({ results: [{ series: [{ values: [['device']] }] }] })
  })
})

test('charts are read likewise, also of a server before', async () => {
  await until(async () => (await query('chart{flow="plant", name="Made"}')).length === 2, {
    what: 'points of the chart',
    timeoutMs: 20_000,
  })
  await product.end()
  await product.start()
  expect(await query('count(count_over_time(chart{flow="plant"}[5m]))')).toMatchObject([
    { value: [expect.any(Number), '2'] },
  ])
  const points = (await product.api.ask('GET', '/flows/plant/nodes/chart/points')) as {
    series: { times: number[] }[]
  }
  expect(points.series).toHaveLength(2)
})
