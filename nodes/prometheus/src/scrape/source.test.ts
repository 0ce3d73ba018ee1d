import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { checkNodeType, dottedPath, realTime, run } from '@millrace/sdk/testing'
import type { TestCompiler } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { nameFilter } from './name-filter.ts'
import { prometheusScrape } from './source.ts'
import { readLabels, targetOf, withTargetLabels } from './target.ts'

/** Expressions as far as the defaults need them. */
const compiler: TestCompiler = {
  expression: (source) => (message) => dottedPath(source).get(message) ?? null,
}

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

const shows = (text: string, status = 200): RequestListener => {
  return (_request, response) => void response.writeHead(status).end(text)
}

async function scraping(url: string, config: object = {}) {
  const given = { targets: [{ url, labels: 'site=hall 3' }], job: 'plant', ...config }
  const node = run(prometheusScrape, given, { time: realTime(globalThis), compiler })
  opened.push(() => node.close())
  await node.start()
  return node
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 })

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(prometheusScrape, { targets: [] }, { compiler })).toEqual([])
})

test('makes a message of each sample, with the labels of its target, and says that it is up', async () => {
  const text = '# TYPE load gauge\nload{job="own",cpu="0"} 1.5 1700000000000\nother 2\n'
  const url = await serve(shows(text))
  const node = await scraping(`${url}/metrics`, { only: 'lo*' })
  await until(() => expect(node.emitted('out')).toHaveLength(4))
  const instance = new URL(url).host
  const own = { job: 'plant', instance, site: 'hall 3' }
  const [load, up, duration, scraped] = node.emitted('out')
  expect(load).toEqual({
    payload: {
      name: 'load',
      type: 'gauge',
      labels: { cpu: '0', exported_job: 'own', ...own },
      value: 1.5,
    },
    topic: 'load',
    key: `load{cpu="0",exported_job="own",instance="${instance}",job="plant",site="hall 3"}`,
    time: 1_700_000_000_000,
    target: `${url}/metrics`,
  })
  expect(up?.payload).toEqual({ name: 'up', type: 'gauge', labels: own, value: 1 })
  expect([duration?.topic, scraped?.payload]).toMatchObject([
    'scrape_duration_seconds',
    { name: 'scrape_samples_scraped', value: 2 },
  ])
  expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: '1 of 1 targets up' })
})

test('asks again at the interval, and with what it was told to sign in', async () => {
  const seen: unknown[] = []
  const url = await serve((request, response) => {
    seen.push([request.url, request.headers.authorization])
    response.end('a 1\n')
  })
  await scraping(url, { intervalMs: 100, auth: 'bearer', token: 'abc' })
  await until(() => expect(seen.length).toBeGreaterThanOrEqual(3))
  expect(seen[0]).toEqual(['/metrics', 'Bearer abc'])
})

test.each([
  ['a status', shows('', 404), /status 404: check the path/],
  ['text that is none', shows('<html>'), /Line 1 has no name/],
  ['too long an answer', shows('a 1\n'.repeat(2000)), /more than 2000 bytes/],
  ['too many samples', shows('a 1\n'.repeat(50)), /more than 20 samples/],
  ['silence', () => undefined, /did not answer within 0.1 s/],
] as const)('counts a target as down for %s', async (_what, listener, message) => {
  const url = await serve(listener)
  const limits = { timeoutMs: 100, bodyBytesMax: 2000, samplesMax: 20 }
  const node = await scraping(url, limits)
  await until(() => expect(node.emitted('out')).toHaveLength(3))
  expect(node.emitted('out')[0]).toMatchObject({ topic: 'up', payload: { value: 0 } })
  expect(node.statuses().at(-1)).toMatchObject({
    state: 'error',
    text: expect.stringMatching(message),
  })
})

test('tells of one target that is down beside another', async () => {
  const good = await serve(shows('a 1\n'))
  const targets = [
    { url: good, labels: '' },
    { url: 'http://127.0.0.1:1/metrics', labels: '' },
  ]
  const node = await scraping(good, { targets, per: 'target' })
  await until(() => expect(node.emitted('out')).toHaveLength(2))
  const byUp = node.emitted('out').toSorted((a, b) => String(b.key).length - String(a.key).length)
  expect(byUp.map(({ payload }) => payload)).toMatchObject([
    { up: 1, samples: [{ name: 'a', type: 'unknown', value: 1 }] },
    { up: 0, error: expect.stringContaining('Nothing answers at 127.0.0.1:1'), samples: [] },
  ])
  expect(node.statuses().at(-1)).toMatchObject({
    state: 'warning',
    text: expect.stringContaining('1 of 2 targets up'),
  })
})

test('gives histograms in one piece when asked to', async () => {
  const text = '# TYPE h histogram\nh_bucket{le="+Inf"} 3\nh_sum 0.5\nh_count 3\n'
  const node = await scraping(await serve(shows(text)), { per: 'metric' })
  await until(() => expect(node.emitted('out')).toHaveLength(4))
  expect(node.emitted('out')[0]).toMatchObject({
    topic: 'h',
    payload: { type: 'histogram', count: 3, sum: 0.5, buckets: [{ le: Infinity, count: 3 }] },
  })
})

test('asks nobody while the flow is behind', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    response.end('a 1\n')
  })
  const targets = [{ url, labels: '' }]
  const node = run(prometheusScrape, { targets }, { time: realTime(globalThis), compiler })
  opened.push(() => node.close())
  node.pause()
  await node.start()
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toBe(0)
})

test('keeps the labels that the target shows when told to', () => {
  const target = { job: 'ours', instance: 'i' }
  expect(withTargetLabels({ job: 'theirs' }, target, true)).toEqual({
    job: 'theirs',
    instance: 'i',
  })
  expect(withTargetLabels({ job: 'a', exported_job: 'b' }, target, false)).toEqual({
    ...target,
    exported_exported_job: 'a',
    exported_job: 'b',
  })
  expect(targetOf({ url: 'http://h:1', labels: '' }, 'j').url.href).toBe('http://h:1/metrics')
  expect(readLabels(' a=1, b = "x y" ')).toEqual({ a: '1', b: 'x y' })
  expect(() => readLabels('a')).toThrow('"a" is no label: write name=value')
})

test('filters by name', () => {
  const wanted = nameFilter('node_*, up *_total')
  expect(['node_a', 'up', 'a_total', 'upper', 'anode_'].map(wanted)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  expect(nameFilter('')('x')).toBe(true)
})
