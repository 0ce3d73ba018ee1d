import { NodeError } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import type { WriteOutcome } from '../server/write-outcome.ts'
import { influxdbOut } from './sink.ts'

function bench(outcome: WriteOutcome, config: object = {}) {
  const writes: string[] = []
  const server = {
    host: 'test',
    write: (lines: string) => {
      writes.push(lines)
      return Promise.resolve(outcome)
    },
  }
  const fields = [{ name: 'value', value: (message: { payload: unknown }) => message.payload }]
  const node = run(influxdbOut, { server, measurement: () => 'm', fields, ...config })
  return { node, writes }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
const error = new NodeError('INFLUXDB_REFUSED', 'InfluxDB refused the point: no.')

test('holds to the contract of a node', async () => {
  const server = { host: 'test', write: () => Promise.resolve({ kind: 'written' }) }
  const value = () => 1
  const fields = [{ name: 'v', value }]
  expect(await checkNodeType(influxdbOut, { server, measurement: () => 'm', fields })).toEqual([])
})

test('keeps a message open until its point is written', async () => {
  const { node, writes } = bench({ kind: 'written' })
  const sent = node.sendAll([
    { payload: 1, time: 1 },
    { payload: 2, time: 2 },
  ])
  expect(sent.isSettled).toBe(false)
  node.flush()
  await settle()
  expect(writes).toEqual(['m value=1 1\nm value=2 2'])
  expect([sent.isSettled, sent.error]).toEqual([true, undefined])
  expect(node.statuses()).toEqual([{ state: 'ok', text: 'Writes to test' }])
})

test('writes the same message twice as the same point', async () => {
  const { node, writes } = bench({ kind: 'written' }, { batchPoints: 1 })
  node.send({ payload: 1, time: 1000 })
  await settle()
  node.advance(60_000)
  node.send({ payload: 1, time: 1000 })
  await settle()
  expect(writes).toEqual(['m value=1 1000', 'm value=1 1000'])
})

test('lets a refused point leave by the error port, and its batch fail', async () => {
  const { node } = bench({ kind: 'refused', error }, { batchPoints: 1 })
  const sent = node.send({ payload: 1, time: 1 })
  await settle()
  expect(node.failures()).toMatchObject([
    { code: 'INFLUXDB_REFUSED', original: { payload: 1, time: 1 } },
  ])
  expect(sent.error).toBe(error)
})

test('refuses a message that makes no point, and goes on', async () => {
  const { node, writes } = bench({ kind: 'written' })
  node.sendAll([{ payload: Number.NaN, time: 1 }, { payload: 1 }, { payload: 2, time: 2 }])
  node.flush()
  await settle()
  expect(node.failures().map(({ code }) => code)).toEqual([
    'INFLUXDB_BAD_VALUE',
    'INFLUXDB_NO_TIME',
  ])
  expect(writes).toEqual(['m value=2 2'])
})

test('says in its status that the database is away, and how many points wait', async () => {
  const away = new NodeError('INFLUXDB_UNREACHABLE', 'test cannot be reached: nothing answers.')
  const { node } = bench({ kind: 'later', error: away }, { batchPoints: 2 })
  node.sendAll([
    { payload: 1, time: 1 },
    { payload: 2, time: 2 },
  ])
  await settle()
  expect(node.statuses().at(-1)).toEqual({
    state: 'error',
    text: 'test cannot be reached: nothing answers. 2 points wait.',
  })
})
