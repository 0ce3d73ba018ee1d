import fc from 'fast-check'
import type { Message } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { lineEncoder } from './line-encoder.ts'
import type { Mapping } from './line-encoder.ts'
import { parseLine } from './testing/parse-line.ts'

const given: Mapping = {
  measurement: () => 'm',
  tags: [],
  fields: [{ name: 'value', value: (message) => message.payload, type: 'auto' }],
  precision: 'ms',
}

const line = (mapping: Partial<Mapping>, message: Partial<Message> = {}) =>
  lineEncoder({ ...given, ...mapping })({ payload: 1, time: 1000, ...message })

const field = (type: Mapping['fields'][number]['type'], payload: unknown) =>
  line({ fields: [{ name: 'v', value: () => payload, type }] })

test('writes measurement, tags in order, fields and time', () => {
  const mapping: Partial<Mapping> = {
    measurement: (message) => `plant ${message.topic}`,
    tags: [
      { name: 'site', value: () => 'a,b' },
      { name: 'device', value: (message) => message.key ?? null },
      { name: 'none', value: () => null },
      { name: 'empty', value: () => '' },
    ],
    fields: [
      { name: 't', value: () => 21.5, type: 'auto' },
      { name: 'count', value: () => 3, type: 'integer' },
      { name: 'none', value: () => null, type: 'auto' },
      { name: 'ok', value: () => true, type: 'auto' },
      { name: 'text', value: () => 'say "hi" \\', type: 'auto' },
    ],
  }
  expect(line(mapping, { topic: 'x', key: 7 })).toBe(
    'plant\\ x,device=7,site=a\\,b t=21.5,count=3i,ok=true,text="say \\"hi\\" \\\\" 1000',
  )
})

test.each([
  ['auto', 1, '1'],
  ['auto', -0.5, '-0.5'],
  ['auto', 1e21, '1e+21'],
  ['auto', 5n, '5i'],
  ['float', '2.5', '2.5'],
  ['float', true, '1'],
  ['integer', 7, '7i'],
  ['integer', '9007199254740993', '9007199254740993i'],
  ['integer', true, '1i'],
  ['boolean', 0, 'false'],
  ['boolean', 'true', 'true'],
  ['string', 5, '"5"'],
  ['string', { a: 1 }, '"{\\"a\\":1}"'],
  ['string', 'a\nb', '"a\nb"'],
] as const)('writes a field of type %s from %s as %s', (type, payload, text) => {
  expect(field(type, payload)).toBe(`m v=${text} 1000`)
})

test.each([
  ['auto', Number.NaN, /is NaN, which InfluxDB does not store/],
  ['float', Infinity, /is Infinity/],
  ['auto', { a: 1 }, /is an object; choose a value inside it/],
  ['auto', [1], /is a list/],
  ['float', 'warm', /is warm, which is no float/],
  ['integer', 1.5, /is 1.5, which is no integer/],
  ['integer', 2n ** 63n, /is no integer/],
  ['boolean', 2, /is 2, which is no boolean/],
] as const)('refuses a field of type %s with %s', (type, payload, sentence) => {
  expect(() => field(type, payload)).toThrow(sentence)
})

test.each([
  ['s', 1_700_000_000_999.5, '1700000000'],
  ['ms', 1_700_000_000_999.5, '1700000000999'],
  ['us', 1_700_000_000_999.5, '1700000000999500'],
  ['ns', 1_700_000_000_999.5, '1700000000999500000'],
  ['ns', -1, '-1000000'],
  ['s', -1, '-1'],
  ['ms', '2026-01-01T00:00:00Z', '1767225600000'],
] as const)('writes time with precision %s of %s as %s', (precision, time, text) => {
  expect(line({ precision }, { time: time as number })).toBe(`m value=1 ${text}`)
})

test.each([
  [undefined, 'INFLUXDB_NO_TIME'],
  ['soon', 'INFLUXDB_BAD_TIME'],
  [1e15, 'INFLUXDB_BAD_TIME'],
  [{}, 'INFLUXDB_BAD_TIME'],
])('never makes up a time for %s', (time, code) => {
  expect(() => line({ time: () => time })).toThrow(expect.objectContaining({ code }))
})

test('refuses what would be lost: no fields, no measurement, a comment', () => {
  expect(() => line({}, { payload: null })).toThrow('The message gives no value for "value".')
  expect(() => line({ measurement: () => '' })).toThrow('The measurement is empty.')
  expect(() => line({ measurement: () => '# a' })).toThrow('The measurement begins with #.')
})

const hostile = fc.string({
  unit: fc.constantFrom('a', 'ü', ',', ' ', '=', '"', '\\', '\n', '\r', '#', 'n'),
  minLength: 1,
  maxLength: 12,
})

test('keeps what is inside a value inside it, whatever it is', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (name, tag, value, text) => {
      fc.pre(!name.startsWith('#') && name.replaceAll('\\', '') !== '')
      fc.pre(tag.replaceAll('\\', '') !== '' && value.replaceAll('\\', '') !== '')
      const mapping: Partial<Mapping> = {
        measurement: () => name,
        tags: [{ name: tag, value: () => value }],
        fields: [{ name: tag, value: () => text, type: 'string' }],
      }
      const parsed = parseLine(line(mapping))
      expect(parsed.tags).toHaveLength(1)
      expect(parsed.fields).toHaveLength(1)
      expect(withoutBackslashes(parsed.measurement)).toBe(withoutBackslashes(name))
      const [first] = parsed.tags
      expect(first?.map(withoutBackslashes)).toEqual([tag, value].map(withoutBackslashes))
      expect(parsed.fields[0]?.[1]).toBe(text)
      expect(parsed.time).toBe('1000')
    }),
    { numRuns: 2000 },
  )
})

/** Some backslashes cannot be written; a line break is written with one. */
function withoutBackslashes(text: string): string {
  return text.replaceAll('\n', 'n').replaceAll('\r', 'r').replaceAll('\\', '')
}
