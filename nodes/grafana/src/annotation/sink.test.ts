import type { Message } from '@millrace/sdk'
import { checkNodeType, openConnection, realTime, run } from '@millrace/sdk/testing'
import type { NodeSnapshot } from '@millrace/sdk/testing'
import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { grafanaConnection } from '../connection/connection.ts'
import { grafanaAnnotation } from './sink.ts'

// The contract is Grafana's published API; the server is a stub of it.
let stub: GrafanaStub
const opened: (() => unknown)[] = []
const time = realTime(globalThis)

beforeEach(async () => {
  stub = await startGrafanaStub()
})
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
  await stub.stop()
})

const text = (message: Message) => String(message.payload)
const span = {
  shape: 'span',
  key: (message: Message) => message.key,
  ends: (message: Message) => message.payload === 'over',
}

function node(config: object = {}, snapshot: NodeSnapshot = {}) {
  const { url, token } = stub
  const connection = openConnection(grafanaConnection, { url, token }, { time })
  const tags = [{ tag: () => 'plant' }, { tag: (message: Message) => `site:${message.topic}` }]
  const sink = run(
    grafanaAnnotation,
    { server: connection.handle, text, tags, ...config },
    { time, snapshot },
  )
  opened.push(() => connection.close())
  opened.push(() => sink.close())
  return sink
}

const done = (sink: ReturnType<typeof node>) =>
  vi.waitFor(() => expect(sink.openHolds).toBe(0), { timeout: 5000, interval: 5 })

test('holds to the contract of a node', async () => {
  const server = { host: 'test', ask: () => Promise.resolve({ kind: 'done' }) }
  expect(await checkNodeType(grafanaAnnotation, { server, text })).toEqual([])
})

test('marks moments and stretches of time, where they are meant to be', async () => {
  const sink = node({
    timeEnd: (message: Message) => message['end'] ?? null,
    dashboardUid: 'abc',
    panelId: 3,
  })
  sink.send({ payload: 'started', topic: 'a', time: 1000 })
  sink.send({ payload: 'slow', topic: 'b', time: 2000, end: 5000 })
  await done(sink)
  const place = { dashboardUID: 'abc', panelId: 3 }
  expect(stub.annotations).toEqual([
    { id: 1, time: 1000, timeEnd: 1000, text: 'started', tags: ['plant', 'site:a'], ...place },
    { id: 2, time: 2000, timeEnd: 5000, text: 'slow', tags: ['plant', 'site:b'], ...place },
  ])
})

test('makes no second annotation of a message that comes again', async () => {
  const first = node()
  const message = { payload: 'started', topic: 'a', time: 1000 }
  first.send(message)
  await done(first)
  first.send(message)
  await done(first)
  // With its memory, and without: the last epoch may be from before it was made.
  for (const snapshot of [first.snapshot(), {}]) {
    const after = node({}, snapshot)
    after.send(message)
    await done(after)
  }
  expect(stub.annotations).toHaveLength(1)
  first.send({ ...message, payload: 'stopped' })
  await done(first)
  expect(stub.annotations).toHaveLength(2)
})

test('makes a stretch from the message that begins it to the one that ends it', async () => {
  const sink = node(span)
  sink.send({ payload: 'hot', key: 'pump', topic: 'a', time: 1000 })
  sink.send({ payload: 'hotter', key: 'pump', topic: 'a', time: 2000 })
  sink.send({ payload: 'loud', key: 'fan', topic: 'a', time: 2500 })
  sink.send({ payload: 'over', key: 'pump', topic: 'a', time: 3000 })
  await done(sink)
  expect(stub.annotations).toMatchObject([
    { time: 1000, timeEnd: 3000, text: 'over' },
    { time: 2500, timeEnd: 2500, text: 'loud' },
  ])
  // All of it once more, as after a crash, and then the next one.
  const after = node(span, sink.snapshot())
  after.send({ payload: 'hotter', key: 'pump', topic: 'a', time: 2000 })
  after.send({ payload: 'over', key: 'pump', topic: 'a', time: 3000 })
  after.send({ payload: 'hot', key: 'pump', topic: 'a', time: 9000 })
  await done(after)
  expect(after.failures()).toEqual([])
  expect(stub.annotations).toMatchObject([{ timeEnd: 3000 }, {}, { time: 9000, timeEnd: 9000 }])
})

test('fails messages that end nothing, say nothing, or have no time or key', async () => {
  const sink = node(span)
  sink.send({ payload: 'over', key: 'pump', time: 1000 })
  sink.send({ payload: ' ', key: 'pump', time: 1000 })
  sink.send({ payload: 'hot', key: 'pump' })
  sink.send({ payload: 'hot', time: 1000 })
  await done(sink)
  expect(
    sink
      .failures()
      .map(({ code }) => code)
      .toSorted(),
  ).toEqual(['GRAFANA_BAD_TIME', 'GRAFANA_NO_BEGINNING', 'GRAFANA_NO_KEY', 'GRAFANA_NO_TEXT'])
})

test('leaves alone what somebody deleted', async () => {
  const sink = node(span)
  sink.send({ payload: 'hot', key: 'pump', topic: 'a', time: 1000 })
  await done(sink)
  stub.deleteAnnotation(1)
  sink.send({ payload: 'over', key: 'pump', topic: 'a', time: 2000 })
  await done(sink)
  expect(stub.annotations).toEqual([])
  expect(sink.failures()).toEqual([])
})

test('waits while Grafana is away, and says so', async () => {
  const sink = node()
  await stub.kill()
  sink.send({ payload: 'a', topic: 'a', time: 1000 })
  await vi.waitFor(() => expect(sink.statuses().at(-1)?.state).toBe('error'))
  await stub.restart()
  await done(sink)
  expect(stub.annotations).toHaveLength(1)
  expect(sink.statuses().at(-1)?.state).toBe('ok')
})
