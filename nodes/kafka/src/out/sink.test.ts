import { checkDescriptor, completeConfig, manualTime } from '@millrace/sdk/testing'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { Message } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { asItIs, recordMaker, valueBytes } from './addressed-record.ts'
import { kafkaOutDescriptor } from './descriptor.ts'
import { Lane } from './lane.ts'
import { Partitioner } from './partitioner.ts'

test('is described as node types have to be', () => {
  expect(checkDescriptor(kafkaOutDescriptor)).toEqual([])
})

function maker(config: Readonly<Record<string, unknown>>) {
  const given = { topic: () => 'orders', key: (message: Message) => message.key, ...config }
  // Completed against this descriptor's own fields.
  const complete = completeConfig(kafkaOutDescriptor.fields, given, {}) as ConfigOf<
    typeof kafkaOutDescriptor
  >
  return recordMaker(complete, manualTime(77).clock, {
    value: valueBytes(complete),
    key: asItIs,
  })
}

const textOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString())

test.each([
  ['text', 'text'],
  [{ a: 1 }, '{"a":1}'],
  [5, '5'],
  [Buffer.from('bytes'), 'bytes'],
  [null, null],
  [undefined, null],
])('writes %j as %j', (payload, text) => {
  const record = maker({})({ payload, key: 3, time: 5.9 })
  expect([textOf(record.value), textOf(record.key), record.timestamp]).toEqual([text, '3', 5])
})

test('refuses what no record can be made of, saying which setting it is', () => {
  const message = { payload: 'x'.repeat(100) }
  expect(() => maker({ messageBytesMax: 50 })(message)).toThrow('Maximum message size')
  expect(() => maker({ topic: () => 'a b' })(message)).toThrow('no name of a topic')
  const numbered = { partitioner: 'number', partitionNumber: () => -1 }
  expect(() => maker(numbered)(message)).toThrow('number of the partition')
  expect(() => maker({ format: 'json' })({ payload: 1n })).toThrow('JSON')
  expect(maker({})(message).timestamp).toBe(77)
})

test('keeps a key in one partition, and lets others take turns', () => {
  const partitioner = new Partitioner(true)
  const recordOf = maker({})
  const of = (key: string | undefined, payload: string) =>
    partitioner.choose(recordOf({ payload, key }), 4)
  expect(new Set(Array.from({ length: 20 }, () => of('device-3', 'x'))).size).toBe(1)
  const turns = Array.from({ length: 40 }, () => of(undefined, 'x'.repeat(2_000)))
  expect(new Set(turns).size).toBe(4)
})

test('a batch that is sent again is the same, and the next one counts on from it', () => {
  const recordOf = maker({})
  const lane = new Lane('orders', 0)
  const done: string[] = []
  const add = (payload: string) =>
    lane.add({ record: recordOf({ payload }), done: () => void done.push(payload) })
  for (const payload of ['a', 'b', 'c']) add(payload)
  const producer = { producerId: 9n, producerEpoch: 1 }
  const first = lane.bytesOf(lane.next(1_000_000), producer, 'none')
  add('d')
  expect(lane.bytesOf(lane.next(1_000_000), producer, 'none')).toBe(first)
  expect(first.readInt32BE(53)).toBe(0)
  for (const pending of lane.landed()) pending.done()
  expect(done).toEqual(['a', 'b', 'c'])
  expect(lane.bytesOf(lane.next(1_000_000), producer, 'none').readInt32BE(53)).toBe(3)
  lane.restart()
  expect(lane.bytesOf(lane.next(1_000_000), producer, 'none').readInt32BE(53)).toBe(0)
})

test('a batch that is too large is halved until the record is alone that is too large', () => {
  const recordOf = maker({})
  const lane = new Lane('orders', 0)
  for (const payload of ['a', 'b', 'c', 'd'])
    lane.add({ record: recordOf({ payload }), done: () => undefined })
  const sizes: number[] = []
  let alone
  while (alone === undefined) {
    sizes.push(lane.next(1_000_000).pending.length)
    alone = lane.tooLarge()
  }
  expect(sizes).toEqual([4, 2, 1])
  expect(textOf(alone.record.value)).toBe('a')
  expect(lane.next(1_000_000).pending).toHaveLength(1)
})
