import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeOf } from '../wire/write-batch.ts'
import type { AddressedRecord } from './addressed-record.ts'
import { Outbox } from './outbox.ts'
import { RecordBox, unpackRecords } from './record-box.ts'

const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array))
const anyRecord: fc.Arbitrary<AddressedRecord> = fc
  .record({
    topic: fc.constantFrom('a', 'b', 'c'),
    partition: fc.option(fc.nat(100), { nil: undefined }),
    timestamp: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.array(fc.record({ key: fc.string(), value: fc.option(bytes) }), { maxLength: 2 }),
  })
  .map((record) => ({ ...record, size: sizeOf(record) }))

test('records that are kept come back as they were', () => {
  fc.assert(
    fc.property(fc.array(anyRecord), (records) => {
      const box = new RecordBox()
      for (const one of records) box.add(one)
      expect(unpackRecords(box.pack())).toEqual(records)
    }),
  )
})

/** State that can be looked at as a crash would leave it. */
function testState(maps: ReadonlyMap<string, Map<string | number, unknown>> = new Map()) {
  const own = new Map([...maps].map(([name, map]) => [name, new Map(map)]))
  const map = <Value>(name: string) => {
    const found = own.get(name) ?? new Map<string | number, unknown>()
    own.set(name, found)
    // The outbox alone reads and writes its maps.
    return found as Map<string | number, Value>
  }
  return { map, maps: own }
}

function record(text: string, length = 0): AddressedRecord {
  const value = Buffer.concat([Buffer.from(text), Buffer.alloc(length)])
  const made = { timestamp: 1, key: null, value, headers: [] }
  return { topic: 'a', partition: undefined, size: sizeOf(made), ...made }
}

const textsOf = (outbox: Outbox): readonly string[] | undefined =>
  outbox.next()?.records.map(({ value }) => String(value).slice(0, 1))

test('gives what epochs have stored, in order, until it is written', () => {
  const outbox = new Outbox(testState())
  expect(outbox.agree(-1)).toBe(true)
  outbox.add(record('a'))
  expect(outbox.next()).toBe(undefined)
  outbox.seal()
  expect(outbox.next()).toBe(undefined)
  outbox.stored()
  outbox.add(record('b'))
  outbox.seal()
  expect(textsOf(outbox)).toEqual(['a'])
  outbox.stored()
  expect(outbox.next()).toMatchObject({ number: 2 })
  expect(textsOf(outbox)).toEqual(['a', 'b'])
  outbox.written(1)
  expect(textsOf(outbox)).toEqual(['b'])
  outbox.written(2)
  expect([outbox.next(), outbox.bytes, outbox.isEmpty]).toEqual([undefined, 0, true])
})

test('goes on after a crash with what the broker has not noted, also of large epochs', () => {
  const state = testState()
  const outbox = new Outbox(state)
  for (const text of ['a', 'b', 'c']) {
    outbox.add(record(text, 700_000))
    outbox.add(record(text, 700_000))
    outbox.seal()
  }
  for (const [noted, left] of [
    [-1, ['a', 'a', 'b', 'b', 'c', 'c']],
    [2, ['c', 'c']],
    [3, undefined],
  ] as const) {
    const again = new Outbox(testState(state.maps))
    expect(again.agree(noted)).toBe(true)
    expect(textsOf(again)).toEqual(left)
    again.add(record('d'))
    again.seal()
    again.stored()
    expect(again.next()).toMatchObject({ number: 4 })
  }
})

test('counts on from what the broker has noted where the state is older', () => {
  const state = testState()
  const outbox = new Outbox(state)
  outbox.add(record('a'))
  outbox.seal()
  const again = new Outbox(testState(state.maps))
  expect(again.agree(7)).toBe(false)
  expect(again.isEmpty).toBe(true)
  again.add(record('b'))
  again.seal()
  again.stored()
  expect(again.next()).toMatchObject({ number: 8 })
})

test('keeps what waits where somebody else notes numbers, and gives it once it is stored anew', () => {
  const state = testState()
  const outbox = new Outbox(state)
  for (const text of ['a', 'b']) {
    outbox.add(record(text, 700_000))
    outbox.seal()
    outbox.stored()
  }
  outbox.renumber(7)
  expect(outbox.next()).toBe(undefined)
  outbox.stored()
  expect(outbox.next()).toMatchObject({ number: 9 })
  expect(textsOf(outbox)).toEqual(['a', 'b'])
  // After a crash between the two transactions.
  const again = new Outbox(testState(state.maps))
  expect(again.agree(8)).toBe(true)
  expect(textsOf(again)).toEqual(['b'])
})

test('leaves out what will never be written', () => {
  const outbox = new Outbox(testState())
  const bad = record('b')
  for (const one of [record('a'), bad, record('c')]) outbox.add(one)
  outbox.seal()
  outbox.stored()
  outbox.drop(new Set([bad]))
  expect(textsOf(outbox)).toEqual(['a', 'c'])
  expect(outbox.count).toBe(2)
})
