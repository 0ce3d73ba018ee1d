import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBatches } from './read-batches.ts'
import type { ReadBatch } from './read-batches.ts'
import type { KafkaRecord, NewRecord } from './record.ts'
import { noProducer, writeBatch } from './write-batch.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const record: fc.Arbitrary<NewRecord> = fc.record({
  timestamp: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ key: fc.string(), value: fc.option(bytes) }), { maxLength: 3 }),
})
const compression = fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd')

test('what is written is read again, whatever it is', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), compression, (records, how) => {
      const read = recordsOf([...readBatches(writeBatch(records, noProducer, how))])
      expect(read).toEqual(records.map((one, offset) => ({ ...one, offset })))
    }),
  )
})

test('a batch that is cut off is left for the next fetch', () => {
  const whole = Buffer.concat([placed(0, ['a', 'b']), placed(2, ['c'])])
  for (let length = 0; length < whole.length; length += 1) {
    const values = valuesOf([...readBatches(whole.subarray(0, length))])
    expect(values).toEqual(length < placed(0, ['a', 'b']).length ? [] : ['a', 'b'])
  }
})

test('bytes that were changed on the way are told from records, with all of them', () => {
  const batch = placed(7, ['a', 'b'])
  batch.writeUInt8((batch[70] ?? 0) ^ 1, 70)
  expect([...readBatches(Buffer.concat([batch, placed(9, ['c'])]))]).toMatchObject([
    { kind: 'damaged', offset: 7, nextOffset: 9, bytes: batch, reason: 'its checksum is wrong' },
    { kind: 'records', nextOffset: 10 },
  ])
})

test('records of aborted transactions are left out, also where their end is not among what was fetched', () => {
  const fetched = Buffer.concat([
    placed(0, ['a1'], 1n),
    placed(1, ['b1'], 2n),
    placed(2, ['plain']),
    marker(3, 1n, 'abort'),
    placed(4, ['a2'], 1n),
    marker(5, 2n, 'commit'),
    placed(6, ['b2'], 2n),
    placed(7, ['a3'], 1n),
  ])
  const aborted = [
    { producerId: 2n, firstOffset: 6 },
    { producerId: 1n, firstOffset: 0 },
  ]
  const batches = [...readBatches(fetched, aborted)]
  expect(valuesOf(batches)).toEqual(['b1', 'plain', 'a2', 'a3'])
  expect(batches.at(-1)?.nextOffset).toBe(8)
})

test('nothing that comes over the network makes reading fail or go on for ever', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(200), (noise, at) => {
      const batch = placed(0, ['some', 'text', 'to', 'change'])
      Buffer.from(noise).copy(batch, at)
      for (const one of readBatches(batch)) {
        if (one.kind !== 'records') continue
        expect(() => drain(one.records)).not.toThrow(TypeError)
      }
    }),
  )
})

function drain(records: Extract<ReadBatch, { kind: 'records' }>['records']): void {
  try {
    while (records.hasMore) records.next()
  } catch (error) {
    if (error instanceof TypeError) throw error
    // A record that ends before it should: what the reader is made to tell.
  }
}

function placed(offset: number, values: readonly string[], producerId?: bigint): Buffer {
  const records = values.map((value) => ({
    timestamp: 5,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }))
  const producer =
    producerId === undefined
      ? noProducer
      : { producerId, producerEpoch: 0, firstSequence: 0, isTransactional: true }
  const batch = writeBatch(records, producer)
  batch.writeBigInt64BE(BigInt(offset), 0)
  return batch
}

/** As a broker ends a transaction: an attribute, and a key of version and kind. */
function marker(offset: number, producerId: bigint, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1])
  const producer = { producerId, producerEpoch: 0, firstSequence: -1, isTransactional: true }
  const control = { timestamp: 5, key, value: Buffer.alloc(6), headers: [] }
  return writeBatch([control], { ...producer, isControl: true, firstOffset: offset })
}

function recordsOf(batches: readonly ReadBatch[]): readonly KafkaRecord[] {
  return batches.flatMap((batch) => {
    if (batch.kind !== 'records') return []
    const records: KafkaRecord[] = []
    while (batch.records.hasMore) records.push(batch.records.next())
    return records
  })
}

function valuesOf(batches: readonly ReadBatch[]): readonly string[] {
  return recordsOf(batches).map(({ value }) => String(value))
}
