import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@millrace/sdk'
import { checkNodeType, realTime, run } from '@millrace/sdk/testing'
import { StoreWriter, tagsText } from '@millrace/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { storeRead } from './operator.ts'

const closing: (() => unknown)[] = []
let folder = ''

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-store-'))
  vi.stubEnv('MILLRACE_STORE', folder)
})

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 5 })
const start = 1_700_000_000_000

async function fill(flow = 'test'): Promise<void> {
  const writer = new StoreWriter({
    path: join(folder, `${flow}.sqlite`),
    limits: { seriesMax: 100, bytesMax: 0 },
    retention: { rawMs: 0, minuteMs: 0, hourMs: 0 },
  })
  const points = Array.from({ length: 20 }, (_, at) => ({
    measurement: 'climate',
    field: at % 4 < 2 ? 't' : 'h',
    tags: tagsText([['device', at % 2 === 0 ? 'a' : 'b']]),
    time: start + at * 1000,
    value: at,
  }))
  expect(await writer.write(points, start)).toEqual([])
  await writer.close()
}

function bench(config: object = {}) {
  const node = run(
    storeRead,
    {
      measurement: () => 'climate',
      field: () => 't',
      tags: [{ name: 'device', value: (message: Message) => message.payload }],
      range: 'between',
      from: () => start,
      to: () => start + 100_000,
      ...config,
    },
    { time: realTime(globalThis) },
  )
  closing.push(() => node.close())
  return node
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(storeRead, { measurement: () => 'm' })).toEqual([])
})

test('answers a message with the values that it asks for', async () => {
  await fill()
  const node = bench()
  const sent = node.send({ payload: 'a', topic: 'x' })
  await until(() => expect(sent.isSettled).toBe(true))
  const [answer] = node.emitted('out')
  expect(answer).toMatchObject({ topic: 'x', isTruncated: false })
  expect(answer?.payload).toEqual(
    [0, 4, 8, 12, 16].map((at) => ({
      measurement: 'climate',
      field: 't',
      tags: { device: 'a' },
      time: start + at * 1000,
      value: at,
    })),
  )
})

test('gives one value for each stretch of time, of another flow, each as a message', async () => {
  await fill('other')
  const node = bench({
    flow: 'other',
    everyMs: 10_000,
    reduce: 'max',
    output: 'each',
    field: () => '',
  })
  node.send({ payload: 'b' })
  await until(() => expect(node.openHolds).toBe(0))
  expect(
    node.emitted('out').map(({ payload, time }) => {
      const { field, value } = payload as { field: string; value: number }
      return [field, time, value]
    }),
  ).toEqual([
    ['t', start, 9],
    ['h', start, 7],
    ['t', start + 10_000, 17],
    ['h', start + 10_000, 19],
  ])
})

test('says when there are more values than it may give', async () => {
  await fill()
  const node = bench({ rowsMax: 2 })
  node.send({ payload: 'a' })
  await until(() => expect(node.emitted('out')).toMatchObject([{ isTruncated: true }]))
  expect(node.emitted('out')[0]?.payload).toHaveLength(2)
})

test('finds nothing where nothing was stored, and refuses a time that is none', async () => {
  const node = bench({ from: (message: Message) => message.time })
  node.sendAll([{ payload: 'a', time: 5 }, { payload: 'a' }])
  await until(() => expect(node.emitted('out')).toHaveLength(1))
  expect(node.emitted('out')[0]?.payload).toEqual([])
  expect(node.failures()).toMatchObject([{ code: 'STORE_BAD_RANGE' }])
})
