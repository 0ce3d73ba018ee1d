import type { Message } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { readBatches } from '../wire/read-batches.ts'
import { noHeaders } from '../wire/record.ts'
import { noProducer, writeBatch } from '../wire/write-batch.ts'
import { textKey } from './key-reader.ts'
import { Partition } from './partition.ts'
import { RecordEmitter } from './record-emitter.ts'

const silent = { debug: () => undefined, info: () => undefined, error: () => undefined }

function bench(mayGoOn: () => boolean = () => true) {
  const partition = new Partition({ topic: 'orders', partition: 2 }, 0)
  const emitted: string[] = []
  const refused: { readonly error: unknown; readonly message: Message }[] = []
  const warnings: string[] = []
  const emitter = new RecordEmitter(
    {
      emit: { out: ({ payload }) => void emitted.push(String(payload)) },
      fail: (error, message) => void refused.push({ error, message }),
      log: { ...silent, warn: (text) => void warnings.push(text) },
    },
    { key: textKey, value: (bytes) => bytes.toString() },
    mayGoOn,
  )
  return { partition, emitter, emitted, refused, warnings }
}

function add(partition: Partition, firstOffset: number, values: readonly string[]): void {
  const records = values.map((value) => ({
    timestamp: 1,
    key: null,
    value: Buffer.from(value),
    headers: noHeaders,
  }))
  for (const batch of readBatches(writeBatch(records, { ...noProducer, firstOffset })))
    partition.add(batch, 100)
}

test('tells of deleted messages in their place, and goes on behind them', () => {
  const { partition, emitter, emitted, refused, warnings } = bench()
  add(partition, 0, ['a', 'b'])
  partition.add({ kind: 'gap', offset: 2, nextOffset: 10 }, 0)
  add(partition, 8, ['x', 'y', 'c'])
  emitter.emit(partition, 2)
  expect([emitted, emitter.missed.count]).toEqual([['a', 'b'], 0])
  emitter.emit(partition, 10)
  expect(emitted).toEqual(['a', 'b', 'c'])
  expect(emitter.missed.count).toBe(8)
  expect(partition.position).toBe(11)
  expect(warnings).toEqual([expect.stringContaining('8 messages of orders/2')])
  expect(refused).toMatchObject([
    {
      error: { code: 'KAFKA_RECORDS_DELETED' },
      message: { topic: 'orders', partition: 2, payload: { from: 2, to: 9, count: 8 } },
    },
  ])
})

test('goes back to where a partition begins that ends before its position', () => {
  const { partition, emitter, emitted, refused, warnings } = bench()
  partition.seek(500)
  partition.add({ kind: 'gap', offset: 500, nextOffset: 0 }, 0)
  add(partition, 0, ['a'])
  emitter.emit(partition, 10)
  expect([emitted, partition.position, refused]).toEqual([['a'], 1, []])
  expect(warnings).toEqual([expect.stringContaining('ends before offset 500')])
})

test('stops between two records where no more may be emitted, and leaves none out', () => {
  let hasRoom = false
  const { partition, emitter, emitted } = bench(() => hasRoom)
  add(partition, 0, ['a', 'b', 'c'])
  add(partition, 3, ['d'])
  emitter.emit(partition, 10)
  expect(emitted).toEqual(['a'])
  emitter.emit(partition, 10)
  expect(emitted).toEqual(['a', 'b'])
  hasRoom = true
  emitter.emit(partition, 10)
  expect(emitted).toEqual(['a', 'b', 'c', 'd'])
})
