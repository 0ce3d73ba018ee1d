import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { join } from 'node:path'
import { chartStore } from '@millrace/store'
import { PointHistory } from '../observe/point-history.ts'
import { newFolder, removeFolder } from '../testing/test-server.ts'
import { ChartHistory } from './chart-history.ts'
import { Stores } from './stores.ts'

const nowMs = 1_700_000_000_000

let folder: string
let stores: Stores
let charts: ChartHistory
let errors: unknown[]

beforeEach(async () => {
  errors = []
  folder = join(await newFolder(), 'store')
  stores = new Stores(folder)
  const clock = { now: () => nowMs, monotonic: () => nowMs }
  const { reader } = stores
  charts = new ChartHistory({
    folder,
    reader,
    clock,
    history: new PointHistory(),
    nameOf: (_flow, node) => node,
    onError: (error) => errors.push(error),
  })
  stores.charts = charts
})
afterEach(async () => {
  vi.useRealTimers()
  await charts.close()
  await stores.close()
  await removeFolder(join(folder, '..'))
})

/** Lets a line be drawn, and what was drawn be written. */
async function draw(series: string, flow = 'plant', count = 1): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const points = [{ node: 'n', series, times: [nowMs - 1000], values: [1] }]
  charts.take({ flow, points })
  vi.advanceTimersByTime(5000)
  vi.useRealTimers()
  await vi.waitFor(async () => expect(await usage()).toEqual([[chartStore, count]]), {
    timeout: 8000,
  })
}

async function usage() {
  return (await stores.usage()).map(({ name, series }) => [name, series])
}

test('what charts drew can be deleted while they draw, and is kept anew from then on', async () => {
  await draw('a')
  await stores.remove(chartStore)
  expect(await usage()).toEqual([])
  await draw('b')
  expect(errors).toEqual([])
})

test('what the charts of a flow drew goes with the flow', async () => {
  await draw('a')
  await draw('a', 'hall', 2)
  await stores.removeAllOf('plant')
  expect(await usage()).toEqual([[chartStore, 1]])
  await draw('a', 'plant', 2)
  expect(errors).toEqual([])
})
