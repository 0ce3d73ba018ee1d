import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Message } from '@millrace/sdk'
import { checkNodeType, realTime, run } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { storeWrite } from './sink.ts'

const closing: (() => unknown)[] = []
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-store-'))
  vi.stubEnv('MILLRACE_STORE', folder)
})

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 5 })
const payload = (name: string) => (message: Message) =>
  (message.payload as Record<string, unknown>)[name]

function bench(config: object = {}) {
  const node = run(
    storeWrite,
    {
      measurement: () => 'climate',
      tags: [{ name: 'device', value: (message: Message) => message.key }],
      fields: [
        { name: 'temperature', value: payload('t'), type: 'auto' },
        { name: 'door', value: payload('door'), type: 'boolean' },
      ],
      keepRawMs: 0,
      batchAgeMs: 10,
      ...config,
    },
    { time: realTime(globalThis) },
  )
  closing.push(() => node.close())
  return node
}

function rows() {
  const database = new DatabaseSync(join(folder, 'test.sqlite'), { readOnly: true })
  try {
    return database
      .prepare(
        'SELECT field, tags, time, value FROM raw JOIN series ON series.id = raw.series ORDER BY time, field',
      )
      .all()
      .map((row) => [row['field'], row['tags'], row['time'], row['value']])
  } finally {
    database.close()
  }
}

test('holds to the contract of a node', async () => {
  const config = { measurement: () => 'm', fields: [{ name: 'v', value: () => 1 }] }
  expect(await checkNodeType(storeWrite, config)).toEqual([])
})

test('keeps a message open until its points are on disk, each once however often it is sent', async () => {
  const node = bench()
  const messages = [
    { key: 'a', time: 1000, payload: { t: 20.5, door: true } },
    { key: 'b', time: 1000, payload: { t: 21 } },
  ]
  const sent = node.sendAll([...messages, ...messages])
  expect(sent.isSettled).toBe(false)
  await until(() => expect(sent.isSettled).toBe(true))
  expect(node.failures()).toEqual([])
  expect(rows()).toEqual([
    ['door', '[["device","a"]]', 1000, 1],
    ['temperature', '[["device","a"]]', 1000, 20.5],
    ['temperature', '[["device","b"]]', 1000, 21],
  ])
  await until(() => expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: 'Stores' }))
})

test('stores nothing under a name that is a text', async () => {
  const node = bench({ measurement: () => 'x'.repeat(1001) })
  node.send({ time: 1, payload: { t: 1 } })
  await until(() => expect(node.openHolds).toBe(0))
  expect(node.failures()).toMatchObject([{ code: 'STORE_BAD_MEASUREMENT' }])
})

test('lets only messages that cannot be stored leave by the error port, with the reason', async () => {
  const node = bench()
  node.sendAll([
    { time: 1, payload: { t: 1 } },
    { payload: { t: 1 } },
    { time: 2, payload: {} },
    { time: 3, payload: { t: Number.NaN } },
    { time: 4, payload: { t: { value: 1 } } },
    { time: 5, payload: { t: 'warm' } },
    { time: 'tomorrow', payload: { t: 6 } } as never,
    { time: 7, payload: { t: 7 } },
  ])
  await until(() => expect(node.openHolds).toBe(0))
  expect(node.failures().map(({ code }) => code)).toEqual([
    'STORE_NO_TIME',
    'STORE_NO_FIELDS',
    'STORE_BAD_VALUE',
    'STORE_BAD_VALUE',
    'STORE_BAD_TIME',
    'STORE_TYPE_CONFLICT',
  ])
  expect(node.failures()[3]?.message).toContain('payload.value')
  expect(rows().map(([, , time]) => time)).toEqual([1, 7])
})

test('waits while the file cannot be written, slows the flow, and loses nothing', async () => {
  const blocked = join(folder, 'away')
  vi.stubEnv('MILLRACE_STORE', join(blocked, 'x'))
  const { writeFileSync } = await import('node:fs')
  writeFileSync(blocked, '')
  const node = bench({ bufferPoints: 20 })
  node.sendAll(Array.from({ length: 12 }, (_, at) => ({ time: at, payload: { t: at } })))
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(node.statuses().at(-1)?.text).toContain('12 points wait')
  expect([node.openHolds, node.isPressing]).toEqual([12, true])
  rmSync(blocked)
  await until(() => expect(node.openHolds).toBe(0))
  expect([node.failures(), node.isPressing]).toEqual([[], false])
  await until(() => expect(node.statuses().at(-1)?.state).toBe('ok'))
})

test('says where there is no folder for stores', () => {
  vi.stubEnv('MILLRACE_STORE', '')
  expect(() => bench()).toThrow('no folder for stores')
})
