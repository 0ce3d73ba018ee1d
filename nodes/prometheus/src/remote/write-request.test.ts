import fc from 'fast-check'
import { compress } from 'snappyjs'
import { expect, test } from 'vitest'
import { decodeWriteRequest } from './decode-write-request.ts'
import { encodeWriteRequest, sortedLabels } from './encode-write-request.ts'
import { unpackSnappy } from './unpack-snappy.ts'

const bytesMax = 20_000
const decode = (bytes: Uint8Array) => decodeWriteRequest(bytes, bytesMax)
const packed = (...bytes: number[]) => compress(Uint8Array.from(bytes))

test('decodes what it encodes', () => {
  const label = fc.stringMatching(/^[a-z]{1,8}$/)
  const value = fc.string({ unit: 'grapheme', minLength: 1 })
  const sample = fc.record({
    timeMs: fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
    value: fc.double({ noNaN: true }),
  })
  const series = fc.record({
    name: fc.stringMatching(/^[a-z_]{1,20}$/),
    labels: fc.dictionary(label, value, { noNullPrototype: true }),
    samples: fc.array(sample, { maxLength: 5 }),
  })
  fc.assert(
    fc.property(fc.array(series, { maxLength: 5 }), (given) => {
      const back = decode(encodeWriteRequest(given))
      expect(back.series).toEqual(
        given.map((one) => {
          const samples = one.samples.map((each) => ({ ...each, isStale: false }))
          return { ...one, samples }
        }),
      )
      expect(back.refused).toBe(0)
    }),
  )
})

test('puts labels in the order that receivers ask for, without those that are empty', () => {
  expect(sortedLabels('m', { b: '1', A: '2', c: '' })).toEqual([
    ['A', '2'],
    ['__name__', 'm'],
    ['b', '1'],
  ])
})

test('knows the mark of a series that ended, and other NaN', () => {
  // TimeSeries { labels: [__name__ = "m"], samples: [stale at 5, NaN at 6] }
  const label = [0x0a, 0x0d, 0x0a, 0x08, ...Buffer.from('__name__'), 0x12, 0x01, 0x6d]
  const stale = [0x12, 0x0b, 0x09, 2, 0, 0, 0, 0, 0, 0xf0, 0x7f, 0x10, 5]
  const nan = [0x12, 0x0b, 0x09, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x10, 6]
  const series = [...label, ...stale, ...nan]
  expect(decode(packed(0x0a, series.length, ...series)).series).toEqual([
    {
      name: 'm',
      labels: {},
      samples: [
        { timeMs: 5, value: Number.NaN, isStale: true },
        { timeMs: 6, value: Number.NaN, isStale: false },
      ],
    },
  ])
})

test('leaves out series that are none, and says why', () => {
  const good = { name: 'm', labels: {}, samples: [{ timeMs: 1, value: 1 }] }
  const nameless = { ...good, name: '' }
  const result = decode(encodeWriteRequest([nameless, good, nameless]))
  // An empty name is a name that was given.
  expect(result.series).toHaveLength(3)
  const noName = [0x12, 0x02, 0x10, 0x05]
  const bytes = packed(0x0a, noName.length, ...noName)
  expect(decode(bytes)).toMatchObject({ series: [], refused: 1, refusal: /has no name/ })
})

test.each([
  ['nothing', new Uint8Array()],
  ['no snappy', Uint8Array.of(200, 1, 2, 3)],
  ['text', new TextEncoder().encode('{"series":[]}')],
  ['a series that breaks off', packed(0x0a, 0x50, 0x0a)],
  ['a number that breaks off', packed(0x0a, 0xff)],
  ['a number without an end', packed(...Array<number>(12).fill(0xff))],
  ['a field without a number', packed(0x00)],
  ['an unknown kind of field', packed(0x0b)],
  ['a name that is not UTF-8', packed(0x0a, 0x05, 0x0a, 0x03, 0x0a, 0x01, 0xff)],
])('refuses %s', (_what, bytes) => {
  expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: 'PROMETHEUS_BAD_REQUEST' }))
})

test('refuses what unpacks to more than it may', () => {
  const bomb = compress(new Uint8Array(10_000))
  expect(() => decodeWriteRequest(bomb, 1000)).toThrow('It unpacks to more than 1000 bytes.')
})

test('unpacks what snappy packs', () => {
  const repetitive = fc.array(fc.constantFrom('abc', 'abcd', 'x', '0123456789'.repeat(9)))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), repetitive), (given) => {
      const bytes = given instanceof Uint8Array ? given : new TextEncoder().encode(given.join(''))
      expect(Buffer.from(unpackSnappy(compress(bytes), bytesMax))).toEqual(Buffer.from(bytes))
    }),
  )
  const long = new Uint8Array(200_000).map((_, at) => (at * at) % 251)
  expect(Buffer.compare(unpackSnappy(compress(long), 200_000), long)).toBe(0)
})

test.each([
  ['a literal of negative length, which would lead back', [5, 0xfc, 0xf9, 0xff, 0xff, 0xff]],
  ['a literal that breaks off', [5, 0x10, 1, 2]],
  ['a literal whose length breaks off', [5, 0xf4, 1]],
  ['a copy of what is not there', [8, 0x00, 1, 0x05, 5]],
  ['a copy that breaks off', [8, 0x00, 1, 0x01]],
  ['a copy from nowhere', [8, 0x00, 1, 0x05, 0]],
  ['more than it said', [1, 0x04, 1, 2]],
  ['less than it said', [3, 0x04, 1, 2]],
  ['a length far from its own', [0xff, 0xff, 0x7f, 0x00, 1]],
  ['a length without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
])('refuses %s', (_what, bytes) => {
  expect(() => unpackSnappy(Uint8Array.from(bytes), 10_000_000)).toThrow(
    'It is no block of snappy.',
  )
})

test('throws nothing but its own error, whatever comes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isPacked) => {
      try {
        decode(isPacked ? compress(bytes) : bytes)
      } catch (error) {
        expect(error).toMatchObject({ code: 'PROMETHEUS_BAD_REQUEST' })
      }
    }),
    { numRuns: 300 },
  )
})

test('takes no more apart than there is room for, however little it is packed', () => {
  const empty = (count: number) =>
    Uint8Array.from({ length: count * 2 }, (_, at) => (at % 2 ? 0 : 0x0a))
  const bytesMax = 33_554_432
  expect(decodeWriteRequest(compress(empty(1000)), bytesMax)).toMatchObject({ refused: 1000 })
  expect(() => decodeWriteRequest(compress(empty(1_000_001)), bytesMax)).toThrow(
    'more than 1000000 series, labels and samples',
  )
})
