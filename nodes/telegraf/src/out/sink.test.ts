import { NodeError } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import type { SendOutcome } from '@millrace/web'
import { expect, test } from 'vitest'
import { telegrafOut } from './sink.ts'

function bench(config: object = {}, answer: () => SendOutcome = () => ({ kind: 'sent' })) {
  const writes: (readonly string[])[] = []
  const listener = {
    where: 'test',
    precision: 'ns',
    write: (lines: readonly string[]) => {
      writes.push(lines)
      return Promise.resolve(answer())
    },
  }
  const fields = [{ name: 'v', value: (message: Message) => message.payload, type: 'auto' }]
  const node = run(telegrafOut, { listener, measurement: () => 'm', fields, ...config })
  return { node, writes }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('holds to the contract of a node', async () => {
  const listener = {
    where: 'test',
    precision: 'ns',
    write: () => Promise.resolve({ kind: 'sent' }),
  }
  const fields = [{ name: 'v', value: () => 1, type: 'auto' }]
  expect(await checkNodeType(telegrafOut, { listener, measurement: () => 'm', fields })).toEqual([])
})

test('sends points made of what is set', async () => {
  const { node, writes } = bench({ tags: [{ name: 'd', value: (m: Message) => m.key }] })
  const sent = node.sendAll([
    { payload: 1.5, key: 'a b', time: 1000 },
    { payload: 'x', key: 'c', time: 2000.5 },
  ])
  expect(sent.isSettled).toBe(false)
  node.flush()
  await settle()
  expect(writes).toEqual([['m,d=a\\ b v=1.5 1000000000', 'm,d=c v="x" 2000500000']])
  expect(sent.isSettled).toBe(true)
})

test('sends a payload that is a point as it is, with the time of the message where it has none', async () => {
  const { node, writes } = bench({ from: 'payload' })
  const point = { measurement: 'cpu', tags: { host: 'a' }, fields: { idle: 2 } }
  node.send({ payload: { ...point, time: 5 }, time: 9 })
  node.send({ payload: point, time: 7 })
  node.send({ payload: point })
  node.send({ payload: 'cpu idle=2', time: 7 })
  node.flush()
  await settle()
  expect(writes).toEqual([['cpu,host=a idle=2 5000000', 'cpu,host=a idle=2 7000000']])
  expect(node.failures().map(({ code }) => code)).toEqual(['TELEGRAF_NO_TIME', 'FORMAT_ENCODE'])
})

test('lets a refused point leave by the error port', async () => {
  const error = new NodeError('TELEGRAF_REFUSED', 'no')
  const { node } = bench({ batchItems: 1 }, () => ({ kind: 'refused', error }))
  node.send({ payload: 1, time: 1 })
  await settle()
  expect(node.failures()).toMatchObject([{ code: 'TELEGRAF_REFUSED' }])
})
