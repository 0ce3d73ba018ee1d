import { join } from 'node:path'
import type { Flow } from '@millrace/flow'
import { chartStore, StoreWriter, tagsText } from '@millrace/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'
import { dashboardOf } from './dashboard-of.ts'

const now = 1_700_000_000_000

let it: TestServer
beforeEach(async () => {
  it = await openTestServer()
  it.nowMs = now
})
afterEach(async () => {
  await it.end()
  await removeFolder(it.folder)
})

/** Writes one point as flows, and charts, do. */
async function write(
  store: string,
  point: { readonly measurement: string; readonly field: string; readonly value: number },
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const writer = new StoreWriter({
    path: join(it.folder, 'store', `${store}.sqlite`),
    limits: { seriesMax: 100, bytesMax: 0 },
    retention: { rawMs: 0, minuteMs: 0, hourMs: 0 },
  })
  const points = [{ ...point, tags: tagsText(Object.entries(tags)), time: now - 1000 }]
  expect(await writer.write(points, now)).toEqual([])
  await writer.close()
}

const fields = [{ name: 'value' }, { name: 'humidity %' }]
const flow: Flow = {
  millrace: 1,
  name: 'plant',
  title: 'Plant',
  nodes: [
    { id: 'c-1', type: 'core/chart', config: {} },
    { id: 's-1', type: 'store/write', config: { measurement: '3 climate', fields } },
    { id: 's-2', type: 'store/write', config: { measurement: 'of {{payload.site}}', fields } },
  ],
  wires: [],
  layout: {},
}

test('every panel finds what the flow keeps, and nothing of other flows', async () => {
  const chart = { measurement: 'chart', field: 'value', value: 1 }
  await write(chartStore, chart, { flow: 'plant', id: 'c-1', line: 'a', name: 'Chart' })
  const stored = [
    { measurement: '3 climate', field: 'value', value: 2 },
    { measurement: '3 climate', field: 'humidity %', value: 3 },
    { measurement: 'of hall-7', field: 'humidity %', value: 4 },
  ]
  for (const point of stored) {
    // oxlint-disable-next-line no-await-in-loop -- one writer to a file at a time
    await write('plant', point, { device: 'pump' })
  }
  await write('other', { measurement: '3 climate', field: 'value', value: 9 }, { device: 'x' })
  const panels = dashboardOf(flow).panels as { targets: { expr: string }[] }[]
  const found = await Promise.all(
    panels.map(async ({ targets: [target] }) => {
      const query = new URLSearchParams({ query: target?.expr ?? '' })
      const { status, body } = await it.send('GET', `/prometheus/api/v1/query?${query.toString()}`)
      expect([target?.expr, status]).toEqual([target?.expr, 200])
      return body.data.result.map(({ value }: { value: unknown[] }) => value[1])
    }),
  )
  // The fourth: any measurement "of …" with its field `value`, and so also those with others.
  expect(found).toEqual([['1'], ['2'], ['3'], ['4'], ['4']])
})
