import { NodeError, sink } from '@millrace/sdk'
import { describe as described } from '@millrace/sdk/descriptor'
import { run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { batchingSink } from './batching-sink.ts'
import type { BatchingOptions } from './batching-sink.ts'
import type { SendOutcome } from './outcome.ts'

const descriptor = described({
  type: 'test/out',
  version: 1,
  kind: 'sink',
  title: 'Out',
  summary: 'Sends.',
  category: 'sinks',
  icon: 'send',
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [],
  fields: {},
})

const failed = new NodeError('TEST_FAILED', 'It failed.')
const limits = {
  batchItems: 3,
  batchBytes: 1000,
  batchAgeMs: 1000,
  bufferItems: 8,
  bufferBytes: 1000,
  retryForMs: 0,
}

function bench(
  answer: (batch: readonly string[]) => SendOutcome = () => ({ kind: 'sent' }),
  options: Partial<BatchingOptions<string>> = {},
) {
  const sent: (readonly string[])[] = []
  const type = sink(descriptor, (context) =>
    batchingSink<string>(context, {
      read: ({ payload }) => {
        if (typeof payload !== 'string') throw new NodeError('TEST_NO_TEXT', 'It is no text.')
        return { content: payload, bytes: payload.length }
      },
      send: (batch) => {
        sent.push(batch)
        return Promise.resolve(answer(batch))
      },
      where: 'a test',
      limits,
      ...options,
    }),
  )
  const node = run(type)
  const add = (...payloads: unknown[]) => payloads.map((payload) => node.send({ payload }))
  return { node, add, sent }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('keeps messages open until their batch is sent: by count, by bytes, by age', async () => {
  const { node, add, sent } = bench()
  const [a] = add('a', 'b', 'c', 'd')
  expect(sent).toEqual([['a', 'b', 'c']])
  expect(a?.isSettled).toBe(false)
  await settle()
  expect(a?.isSettled).toBe(true)
  node.advance(1000)
  await settle()
  add('x'.repeat(1000))
  await settle()
  expect(sent.slice(1)).toEqual([['d'], ['x'.repeat(1000)]])
  expect(node.openHolds).toBe(0)
})

test('finds what is refused and sends the rest', async () => {
  const { node, add, sent } = bench(
    (batch) => (batch.includes('b') ? { kind: 'refused', error: failed } : { kind: 'sent' }),
    { limits: { ...limits, batchItems: 4 } },
  )
  const deliveries = add('a', 'b', 'c', 'd')
  await settle()
  expect(sent).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['a'], ['b'], ['c', 'd']])
  expect(node.failures()).toMatchObject([{ code: 'TEST_FAILED', original: { payload: 'b' } }])
  expect(deliveries.map(({ error }) => error)).toEqual([undefined, failed, undefined, undefined])
})

test('goes by what the server says is wrong', async () => {
  const { node, add, sent } = bench(() => {
    return { kind: 'refused', error: failed, items: new Map([[1, failed]]) }
  })
  add('a', 'b', 'c')
  await settle()
  expect(sent).toHaveLength(1)
  expect(node.failures()).toMatchObject([{ original: { payload: 'b' } }])
})

test('waits as the server asks while it is away, slows the flow, then sends all in order', async () => {
  let isAway = true
  const { node, add, sent } = bench(() =>
    isAway ? { kind: 'later', error: failed, afterMs: 5000 } : { kind: 'sent' },
  )
  add('a', 'b', 'c', 'd', 'e')
  await settle()
  expect(node.isPressing).toBe(true)
  expect(node.statuses()).toEqual([{ state: 'error', text: 'It failed. 5 messages wait.' }])
  add('f', 'g', 'h', 'i')
  expect(node.failures()).toMatchObject([{ code: 'WEB_BUFFER_FULL', original: { payload: 'i' } }])
  isAway = false
  node.advance(4999)
  await settle()
  expect(sent).toHaveLength(1)
  node.advance(1)
  await settle()
  expect(sent.slice(1)).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
    ['g', 'h'],
  ])
  expect([node.isPressing, node.openHolds]).toEqual([false, 0])
})

test('gives up after the time that was set', async () => {
  const { node, add } = bench(() => ({ kind: 'later', error: failed }), {
    limits: { ...limits, retryForMs: 3000 },
  })
  add('a', 'b', 'c')
  for (let second = 0; second < 10; second += 1) {
    await settle()
    node.advance(1000)
  }
  await settle()
  expect(node.failures().map(({ code }) => code)).toEqual(Array(3).fill('TEST_FAILED'))
})

test('keeps in order what has the same key', async () => {
  const { add, sent, node } = bench(() => ({ kind: 'sent' }), {
    limits: { ...limits, bufferItems: 1000 },
    shards: { count: 4, keyOf: (text) => text.charAt(0) },
  })
  const texts = Array.from({ length: 60 }, (_, n) => `${'abcdef'.charAt(n % 6)}${n}`)
  add(...texts)
  node.flush()
  await settle()
  const all = sent.flat()
  expect(all.toSorted()).toEqual(texts.toSorted())
  for (const key of 'abcdef') {
    const mine = texts.filter((text) => text.startsWith(key))
    expect(all.filter((text) => text.startsWith(key))).toEqual(mine)
  }
})

test('refuses nothing that ends with the node', async () => {
  const { node, add } = bench()
  const [a] = add('a')
  await node.close()
  expect(node.failures()).toEqual([])
  expect(a?.error).toMatchObject({ code: 'WEB_CLOSED' })
})
