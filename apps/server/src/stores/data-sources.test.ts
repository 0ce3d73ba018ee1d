import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreWriter, tagsText } from '@millrace/store'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'

const start = 1_700_000_000_000

let it: TestServer
beforeEach(async () => {
  it = await openTestServer()
  it.nowMs = start + 600_000
})
afterEach(async () => {
  await it.end()
  await removeFolder(it.folder)
})

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 8_000 })

/** Writes as a flow would: a point every ten seconds of each of two devices. */
async function fill(store = 'plant'): Promise<void> {
  const writer = new StoreWriter({
    path: join(it.folder, 'store', `${store}.sqlite`),
    limits: { seriesMax: 100, bytesMax: 0 },
    retention: { rawMs: 0, minuteMs: 0, hourMs: 0 },
  })
  const points = Array.from({ length: 120 }, (_, at) => ({
    measurement: 'made',
    field: 'total',
    tags: tagsText([['device', at % 2 === 0 ? 'a' : '=b']]),
    time: start + Math.floor(at / 2) * 10_000,
    value: Math.floor(at / 2),
  }))
  expect(await writer.write(points, start)).toEqual([])
  await writer.close()
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const query = '/prometheus/api/v1/query?query=sum(rate(made_total[5m]))'

describe('the HTTP API of Prometheus', () => {
  test('answers by GET and by form, from the files that flows write', async () => {
    await fill()
    const got = await it.send('GET', query)
    expect(got.status).toBe(200)
    expect(got.body.data.result).toEqual([{ metric: {}, value: [start / 1000 + 600, '0.2'] }])
    const raw = 'query=sum(rate(made_total%5B5m%5D))'
    const posted = await it.send('POST', '/prometheus/api/v1/query', { headers: form, raw })
    expect(posted.body).toEqual(got.body)
    const values = await it.send('GET', '/prometheus/api/v1/label/device/values')
    expect(values.body).toEqual({ status: 'success', data: ['=b', 'a'] })
  })

  test('has errors in the shape of Prometheus', async () => {
    const { status, body } = await it.send('GET', '/prometheus/api/v1/query?query=rate(')
    expect([status, body.status, body.errorType]).toEqual([400, 'error', 'bad_data'])
    expect((await it.send('GET', '/prometheus/api/v1/nothing')).body.errorType).toBe('not_found')
    expect((await it.send('DELETE', '/prometheus/api/v1/series')).status).toBe(405)
    expect((await it.send('GET', '/prometheus/-/ready')).status).toBe(200)
  })

  test('reads on where one file is damaged', async () => {
    await fill()
    const store = join(it.folder, 'store')
    await writeFile(
      join(store, 'broken.sqlite'),
      'this is no database, but long enough to be read as one'.repeat(100),
    )
    await writeFile(join(store, 'new.sqlite'), '')
    expect((await it.send('GET', query)).body.data.result).toHaveLength(1)
    expect((await it.send('GET', '/api/stores')).body.stores).toMatchObject([{ name: 'plant' }])
    const asked = await it.send('GET', '/influxdb/query?db=broken&q=SHOW+MEASUREMENTS')
    expect(asked.body.results[0].error).toContain('damaged')
  })

  test('answers no other site and no other name', async () => {
    const hosts = await it.send('GET', query, { headers: { Host: 'evil.example' } })
    expect(hosts.status).toBe(421)
    for (const headers of [{ Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await it.send('GET', query, { headers })).status).toBe(403)
    }
    const own = { Origin: `http://127.0.0.1:${it.port}` }
    expect((await it.send('GET', query, { headers: own })).status).toBe(200)
  })

  test('refuses forms that are too long', async () => {
    const raw = `query=${'1'.repeat(2_000_000)}`
    expect((await it.send('POST', '/prometheus/api/v1/query', { headers: form, raw })).status).toBe(
      413,
    )
  })
})

describe('stores', () => {
  test('are listed with what they take on disk, and can be deleted', async () => {
    await fill()
    const { body } = await it.send('GET', '/api/stores')
    expect(body.stores).toMatchObject([
      { name: 'plant', series: 2, measurements: [{ name: 'made', rawMs: 0 }] },
    ])
    expect(body.stores[0].bytes).toBeGreaterThan(4_000)
    expect((await it.send('DELETE', '/api/stores/plant')).status).toBe(204)
    expect((await it.send('GET', '/api/stores')).body.stores).toEqual([])
    expect((await it.send('DELETE', '/api/stores/plant')).status).toBe(404)
    await fill('_charts')
    expect((await it.send('DELETE', '/api/stores/_charts')).status).toBe(204)
  })

  test('go with their flow, unless they are to be kept', async () => {
    const stores = async () =>
      (await it.send('GET', '/api/stores')).body.stores.map(({ name }: { name: string }) => name)
    await Promise.all(['plant', 'hall'].map((name) => fill(name)))
    for (const name of ['plant', 'hall']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as people do
      await it.send('POST', '/api/flows', { body: { name, title: name } })
    }
    expect((await it.send('DELETE', '/api/flows/plant?keepStore=true')).status).toBe(204)
    expect((await it.send('DELETE', '/api/flows/hall')).status).toBe(204)
    expect(await stores()).toEqual(['plant'])
  })

  test('come as CSV, whole or in part', async () => {
    await fill()
    const { text, headers } = await it.send('GET', '/api/stores/plant/csv')
    const lines = text.trimEnd().split('\n')
    expect(headers['content-disposition']).toContain('plant.csv')
    expect(lines).toHaveLength(121)
    expect(lines.slice(0, 2)).toEqual([
      'time,measurement,field,tags,value',
      `${new Date(start).toISOString()},made,total,device=a,0`,
    ])
    const from = new Date(start + 590_000).toISOString()
    const part = await it.send('GET', `/api/stores/plant/csv?measurement=made&from=${from}`)
    expect(part.text.trimEnd().split('\n').slice(1)).toEqual([
      `${from},made,total,device=a,59`,
      `${from},made,total,device==b,59`,
    ])
    const tagged = await it.send('GET', '/api/stores/plant/csv?tag.device=a')
    expect(tagged.text.trimEnd().split('\n')).toHaveLength(61)
    expect((await it.send('GET', '/api/stores/nothing/csv')).status).toBe(404)
    expect((await it.send('GET', '/api/stores/..%2Fx/csv')).status).toBe(400)
    expect((await it.send('GET', '/api/stores/plant/csv?from=soon')).status).toBe(400)
  })
})

test('what charts drew outlives the server, and is a data source', async () => {
  await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
  const times = Array.from({ length: 30 }, (_, at) => start + at * 500)
  const values = times.map((_, at) => at)
  const points = [{ node: 'chart', series: 'a', times, values }]
  it.supervisor.tell('points', 'demo', { flow: 'demo', points })
  const path = '/api/flows/demo/nodes/chart/points'
  const before = await it.send('GET', path)
  expect(before.body.series[0].values).toHaveLength(15)
  const { folder } = it
  await it.end()
  it = await openTestServer({ folder })
  it.nowMs = start + 600_000
  const asked = '/prometheus/api/v1/query?query=chart&time=' + (start + 20_000) / 1000
  await until(async () => {
    expect((await it.send('GET', asked)).body.data.result).toMatchObject([
      { metric: { __name__: 'chart', flow: 'demo', id: 'chart', line: 'a', name: 'chart' } },
    ])
  })
})
