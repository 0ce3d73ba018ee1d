import type { Message } from '@millrace/sdk'
import { NodeError } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import type { SendOutcome } from '@millrace/web'
import { expect, test } from 'vitest'
import type { SeriesToWrite } from '../remote/encode-write-request.ts'
import { prometheusWrite } from './sink.ts'

const metric = () => 'temp'
const value = (message: Message) => message.payload as number

function bench(config: object = {}, answer: () => SendOutcome = () => ({ kind: 'sent' })) {
  const writes: (readonly SeriesToWrite[])[] = []
  const server = {
    host: 'test',
    write: (series: readonly SeriesToWrite[]) => {
      writes.push(series)
      return Promise.resolve(answer())
    },
  }
  const node = run(prometheusWrite, { server, metric, value, ...config })
  return { node, writes }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('holds to the contract of a node', async () => {
  const server = { host: 'test', write: () => Promise.resolve({ kind: 'sent' }) }
  expect(await checkNodeType(prometheusWrite, { server, metric, value })).toEqual([])
})

test('writes samples by series, each in the order of time', async () => {
  const { node, writes } = bench({
    labels: [{ name: 'device', value: (message: Message) => message.key }],
    moreLabels: (message: Message) => message['labels'],
  })
  const labels = { site: 'a', device: 'never', empty: '' }
  node.sendAll([
    { payload: 3, key: 'x', time: 3000, labels },
    { payload: 9, key: 'y', time: 2500 },
    { payload: 2, key: 'x', time: 2000, labels },
  ])
  node.flush()
  await settle()
  expect(writes).toEqual([
    [
      {
        name: 'temp',
        labels: { device: 'x', site: 'a' },
        samples: [
          expect.objectContaining({ timeMs: 2000, value: 2 }),
          expect.objectContaining({ timeMs: 3000, value: 3 }),
        ],
      },
      {
        name: 'temp',
        labels: { device: 'y' },
        samples: [expect.objectContaining({ timeMs: 2500, value: 9 })],
      },
    ],
  ])
  expect(node.openHolds).toBe(0)
})

test.each([
  [{ payload: 'x', time: 1 }, 'PROMETHEUS_BAD_VALUE'],
  [{ payload: null, time: 1 }, 'PROMETHEUS_BAD_VALUE'],
  [{ payload: 1 }, 'PROMETHEUS_BAD_TIME'],
  [{ payload: 1, time: Number.NaN }, 'PROMETHEUS_BAD_TIME'],
])('fails %j', (message, code) => {
  const { node } = bench()
  node.send(message)
  expect(node.failures()).toMatchObject([{ code }])
})

test('fails names and labels that are none', () => {
  const { node } = bench({
    metric: (message: Message) => message.topic,
    moreLabels: (message: Message) => message['labels'],
  })
  node.send({ payload: 1, time: 1, topic: 'a-b' })
  node.send({ payload: 1, time: 1, topic: '' })
  node.send({ payload: 1, time: 1, topic: 'a', labels: { 'x y': 1 } })
  node.send({ payload: 1, time: 1, topic: 'a', labels: [] })
  expect(node.failures().map(({ code }) => code)).toEqual([
    'PROMETHEUS_BAD_NAME',
    'PROMETHEUS_BAD_NAME',
    'PROMETHEUS_BAD_LABELS',
    'PROMETHEUS_BAD_LABELS',
  ])
})

test('lets a refused sample leave by the error port, not tried again', async () => {
  const error = new NodeError('PROMETHEUS_REFUSED', 'out of order sample')
  const { node, writes } = bench({ batchItems: 1 }, () => ({ kind: 'refused', error }))
  node.send({ payload: 1, time: 1 })
  await settle()
  node.advance(60_000)
  await settle()
  expect(writes).toHaveLength(1)
  expect(node.failures()).toMatchObject([{ code: 'PROMETHEUS_REFUSED' }])
})
