import { checkNodeType, dottedPath, run, testIntake } from '@millrace/sdk/testing'
import type { RunOptions, TestCompiler } from '@millrace/sdk/testing'
import { compress } from 'snappyjs'
import { expect, test } from 'vitest'
import { encodeWriteRequest } from '../remote/encode-write-request.ts'
import { prometheusReceive } from './source.ts'

/** Expressions as far as the defaults need them. */
const compiler: TestCompiler = {
  expression: (source) => (message) => dottedPath(source).get(message) ?? null,
}

const usual = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }

async function opened(config: object = {}, options: RunOptions = {}) {
  const node = run(prometheusReceive, config, { compiler, ...options })
  await node.start()
  const write = (body: Uint8Array, headers: Record<string, string> = usual) => {
    const id = node.http.request({ path: '/api/v1/write', body, headers })
    return () => node.http.responseTo(id)
  }
  return { node, write }
}

const request = encodeWriteRequest([
  {
    name: 'up',
    labels: { job: 'node', instance: 'a:9100' },
    samples: [
      { timeMs: 1000, value: 1 },
      { timeMs: 2000, value: 0 },
    ],
  },
])

const stale = compress(
  Uint8Array.from([
    0x0a,
    0x1c,
    0x0a,
    0x0d,
    0x0a,
    0x08,
    ...Buffer.from('__name__'),
    0x12,
    0x01,
    0x6d,
    0x12,
    0x0b,
    0x09,
    2,
    0,
    0,
    0,
    0,
    0,
    0xf0,
    0x7f,
    0x10,
    5,
  ]),
)

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(prometheusReceive, {}, { compiler })).toEqual([])
})

test('makes a message of each sample', async () => {
  const { node, write } = await opened()
  expect(write(request)()).toEqual({ status: 204 })
  const about = { topic: 'up', key: 'up{instance="a:9100",job="node"}' }
  const labels = { instance: 'a:9100', job: 'node' }
  expect(node.emitted('out')).toEqual([
    { ...about, payload: { name: 'up', labels, value: 1 }, time: 1000 },
    { ...about, payload: { name: 'up', labels, value: 0 }, time: 2000 },
  ])
})

test('answers once the request is in the log, and gives it to the flow again after a crash', async () => {
  const intake = testIntake()
  const first = await opened({}, { intake })
  const answer = first.write(request)
  expect(answer()).toBe(undefined)
  intake.sync()
  expect(answer()).toEqual({ status: 204 })
  const log = testIntake(intake.records)
  const second = await opened({}, { intake: log })
  log.replay(0)
  expect(second.node.emitted('out')).toEqual(first.node.emitted('out'))
})

test('asks the sender to come again when the disk refuses, or the flow is behind', async () => {
  const intake = testIntake()
  const { node, write } = await opened({}, { intake })
  const lost = write(request)
  intake.sync(new Error('disk full'))
  expect(lost()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  node.pause()
  expect(write(request)()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  node.resume()
  write(request)
  expect(intake.records).toHaveLength(2)
})

test.each([
  [
    'version 2',
    { ...usual, 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
  ],
  ['JSON', { ...usual, 'content-type': 'application/json' }],
  ['no type', { 'content-encoding': 'snappy' }],
  ['zstd', { ...usual, 'content-encoding': 'zstd' }],
])('refuses %s with 415, so that the sender goes back to version 1', async (_what, headers) => {
  const { node, write } = await opened()
  expect(write(request, headers)()).toMatchObject({ status: 415 })
  expect(node.emitted()).toEqual([])
})

test('takes version 1 by its full name', async () => {
  const { write } = await opened()
  const type = 'application/x-protobuf;proto=prometheus.WriteRequest'
  expect(write(request, { ...usual, 'content-type': type })()?.status).toBe(204)
})

test('refuses what is broken with 400, and keeps no log of it', async () => {
  const intake = testIntake()
  const { write } = await opened({}, { intake })
  expect(write(Uint8Array.of(1, 2, 3))()).toMatchObject({ status: 400 })
  expect(intake.records).toEqual([])
})

test('takes in the good series of a request that has bad ones, and says so', async () => {
  const { node, write } = await opened()
  const good = { name: 'a', labels: {}, samples: [{ timeMs: 1, value: 1 }] }
  // A label twice: once by the node, once by hand.
  const twice = { name: 'b', labels: { __name__: 'c' }, samples: [{ timeMs: 1, value: 1 }] }
  const answer = write(encodeWriteRequest([twice, good]))()
  expect(answer).toMatchObject({
    status: 400,
    body: expect.stringContaining('1 series were left out'),
  })
  expect(node.emitted('out')).toMatchObject([{ topic: 'a' }])
  expect(node.statuses().at(-1)?.state).toBe('warning')
})

test('tells when a series ends only where asked to', async () => {
  const quiet = await opened()
  expect(quiet.write(stale)()?.status).toBe(204)
  expect(quiet.node.emitted()).toEqual([])
  const telling = await opened({ keepStale: true })
  telling.write(stale)
  expect(telling.node.emitted('out')).toMatchObject([{ payload: { value: null }, stale: true }])
})

test('lets in only who knows the token', async () => {
  const { node, write } = await opened({ admission: 'token', admitToken: 'abc' })
  expect(write(request)()?.status).toBe(401)
  expect(write(request, { ...usual, authorization: 'Bearer abc' })()?.status).toBe(204)
  expect(node.emitted('out')).toHaveLength(2)
})

test('lets a request of the log that is too long by now leave by the error port', async () => {
  const intake = testIntake()
  const first = await opened({}, { intake })
  const labels = { long: 'x'.repeat(2000) }
  const long = encodeWriteRequest([{ name: 'up', labels, samples: [{ timeMs: 1, value: 1 }] }])
  first.write(long)
  expect(first.node.emitted('out')).toHaveLength(1)
  const log = testIntake(intake.records)
  const { node } = await opened({ unpackedBytesMax: 1024 }, { intake: log })
  log.replay(0)
  expect(node.failures()).toMatchObject([{ code: 'PROMETHEUS_BAD_REQUEST' }])
})
