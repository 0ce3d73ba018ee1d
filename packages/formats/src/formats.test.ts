import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNames } from './fields/format-choices.ts'
import { FormatError } from './format-error.ts'
import type { FormatSettings } from './format-settings.ts'
import { holdsSeveral, openDecoder } from './open-decoder.ts'
import { contentTypeOf, openEncoder, payloadBytes } from './open-encoder.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const decode = (settings: FormatSettings, payload: string | Uint8Array) =>
  openDecoder(settings)(typeof payload === 'string' ? bytes(payload) : payload)
const encode = (settings: FormatSettings, value: unknown) => openEncoder(settings)(value)
const encodeBytes = (settings: FormatSettings, value: unknown) =>
  payloadBytes(encode(settings, value))

test.each([
  ['json', '\ufeff{"a":[1,null]}', [{ a: [1, null] }]],
  ['ndjson', '{"a":1}\r\n\n [2]\n"x"', [{ a: 1 }, [2], 'x']],
  ['ndjson', ' \n', []],
  ['csv', 'a,b\n1,x\n', [{ a: 1, b: 'x' }]],
  ['text', 'ü', ['ü']],
  ['line', 'm v=1i 5\n', [{ measurement: 'm', tags: {}, fields: { v: 1 }, time: 0.000_005 }]],
  ['binary', 'a', [Uint8Array.of(97)]],
] as const)('reads %s from %j', (format, payload, values) => {
  expect(decode({ format }, payload)).toEqual(values)
})

test.each([
  ['json', '{"a": }', 'Line 1, column 7: Unexpected token'],
  ['ndjson', '{"a":1}\n{"a":1\n', 'Line 2, column 7: '],
  ['json', '['.repeat(201) + ']'.repeat(201), 'column 201: nested more than 200 levels deep.'],
] as const)('says what is wrong with %s', (format, payload, sentence) => {
  expect(() => decode({ format }, payload)).toThrow(sentence)
})

test.each([
  ['json', { a: 1n, b: Uint8Array.of(1), c: [Buffer.of(2)] }, '{"a":"1","b":"AQ==","c":["Ag=="]}'],
  ['json', undefined, 'null'],
  ['ndjson', [{ a: 1 }, 2], '{"a":1}\n2\n'],
  ['ndjson', { a: 1 }, '{"a":1}\n'],
  ['csv', [{ a: 1 }, { a: 2 }], 'a\n1\n2\n'],
  ['text', { a: 1 }, '{"a":1}'],
  ['text', null, ''],
  ['text', 21.5, '21.5'],
  ['line', { measurement: 'm', fields: { v: 1 }, time: 5 }, 'm v=1 5000000\n'],
  ['binary', [1, 2], Uint8Array.of(1, 2)],
] as const)('writes %s (%#)', (format, value, payload) => {
  expect(encode({ format }, value)).toEqual(payload)
})

test('says why a value cannot be written', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  expect(() => encode({ format: 'json' }, circle)).toThrow('cannot be written as JSON: ')
  expect(() => encode({ format: 'binary' }, { a: 1 })).toThrow('and this is a object')
  expect(() => encode({ format: 'line' }, 5)).toThrow('{ measurement, tags, fields, time }')
  expect(() => encode({ format: 'line' }, { measurement: 'm', fields: {} })).toThrow('no fields')
})

test('gives bytes of its own', () => {
  const payload = bytes('abc')
  const [value] = decode({ format: 'binary' }, payload)
  payload.fill(0)
  expect(value).toEqual(bytes('abc'))
})

const charsets = [
  ['utf-16le', 'aü€😀'],
  ['utf-16be', 'aü€😀'],
  ['iso-8859-1', 'aü\u0080ÿ'],
  ['iso-8859-15', 'aü€'],
  ['windows-1250', 'ăčž€'],
  ['windows-1251', 'Привет'],
  ['windows-1252', 'aü€“”'],
  ['shift_jis', '温度abcｱ'],
  ['gb18030', '温度abc'],
  ['euc-kr', '온도abc'],
  ['big5', '溫度abc'],
] as const

test.each(charsets)('reads and writes text in %s', (charset, text) => {
  const written = encodeBytes({ format: 'text', charset }, text)
  expect(decode({ format: 'text', charset }, written)).toEqual([text])
  expect(written).not.toEqual(bytes(text))
})

test('names the character that a charset does not have', () => {
  const settings = { format: 'text', charset: 'iso-8859-1' } as const
  expect(() => encode(settings, 'a\nb€')).toThrow(
    'Line 2, column 2: the character "€" does not exist in iso-8859-1.',
  )
})

test.each([
  ['gzip', gzipSync],
  ['zlib', deflateSync],
] as const)('unpacks and packs with %s, whatever the format', (compression, pack) => {
  const settings = { format: 'ndjson', compression } as const
  expect(decode(settings, pack('1\n2'))).toEqual([1, 2])
  expect(decode(settings, encodeBytes(settings, [{ a: 1 }]))).toEqual([{ a: 1 }])
  expect(() => decode(settings, '1')).toThrow(`It is not ${compression}`)
})

test('gives up what unpacks to too much', () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const settings = { format: 'text', compression: 'gzip', unpackedBytesMax: 1_000_000 } as const
  expect(() => decode(settings, bomb)).toThrow('It unpacks to more than 1000000 bytes.')
})

test('says what payloads are in HTTP, and which may hold several values', () => {
  expect(contentTypeOf({ format: 'csv', charset: 'windows-1252' })).toBe(
    'text/csv; charset=windows-1252',
  )
  expect(formatNames.filter((format) => holdsSeveral({ format }))).toEqual([
    'ndjson',
    'csv',
    'line',
  ])
})

test('keeps a key named __proto__ to itself', () => {
  const [value] = decode({ format: 'json' }, '{"__proto__":{"polluted":1}}')
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect(({} as { polluted?: number }).polluted).toBe(undefined)
})

test('reads what was written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // JSON has no negative zero.
      const plain: unknown = JSON.parse(JSON.stringify(value))
      expect(decode({ format: 'json' }, encodeBytes({ format: 'json' }, plain))).toEqual([plain])
      const lines = [plain, [plain]]
      expect(decode({ format: 'ndjson' }, encodeBytes({ format: 'ndjson' }, lines))).toEqual(lines)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, raw) => {
      fc.pre(text.isWellFormed() && !text.startsWith('\ufeff'))
      expect(decode({ format: 'text' }, encodeBytes({ format: 'text' }, text))).toEqual([text])
      expect(decode({ format: 'binary' }, encodeBytes({ format: 'binary' }, raw))).toEqual([raw])
    }),
  )
})

test('never falls over, whatever comes', () => {
  const payload = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string().map(bytes))
  fc.assert(
    fc.property(payload, fc.constantFrom(...formatNames), (raw, format) => {
      for (const compression of ['none', 'gzip'] as const) {
        try {
          expect(Array.isArray(decode({ format, compression }, raw))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }
    }),
    { numRuns: 3000 },
  )
})
