import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { decodeCsv } from './csv-decoder.ts'
import { csvEncoder } from './csv-encoder.ts'
import { csvSettings } from './csv-settings.ts'
import type { CsvSettings } from './csv-shape.ts'

const decode = (text: string, given: Partial<CsvSettings> = {}) =>
  decodeCsv(text, csvSettings(given))
const encode = (value: unknown, given: Partial<CsvSettings> = {}) =>
  csvEncoder(csvSettings(given))(value)

test('reads rows as objects, and what cells look like as that', () => {
  const text = 'id,t,ok,note\r\n007,21.5,true,"say ""hi"",\nyou"\n\n8,-3,False,\n'
  expect(decode(text)).toEqual([
    { id: '007', t: 21.5, ok: true, note: 'say "hi",\nyou' },
    { id: 8, t: -3, ok: false, note: null },
  ])
})

test.each([
  ['1.50', 1.5],
  ['1e3', 1000],
  ['+1', '+1'],
  ['1,5', '1,5'],
  ['0x10', '0x10'],
  ['-0', -0],
  ['Infinity', 'Infinity'],
  ['9007199254740993', '9007199254740993'],
  [' 1', ' 1'],
  ['-', '-'],
])('takes the cell %j for %j', (cell, value) => {
  expect(decode(`v\n${cell}\n`, { delimiter: ';' })).toEqual([{ v: value }])
})

test('reads rows without a header as lists, or by the columns given', () => {
  expect(decode('1,a\n2,b', { hasHeader: false })).toEqual([
    [1, 'a'],
    [2, 'b'],
  ])
  const columns = [
    { name: 'n', type: 'text' },
    { name: 'on', type: 'boolean' },
  ] as const
  expect(decode('1,yes\n2', { hasHeader: false, columns })).toEqual([
    { n: '1', on: true },
    { n: '2', on: null },
  ])
})

test('reads cells as the types of their columns say', () => {
  const columns = [
    { name: 'n', type: 'number' },
    { name: 'i', type: 'integer' },
    { name: 't', type: 'text' },
  ] as const
  const settings = { columns, delimiter: ';', decimal: ',' } as const
  expect(decode('i;n;t;x\n12345678901234567890; +1,5 ;007;1,5\n;;;', settings)).toEqual([
    { i: 12345678901234567890n, n: 1.5, t: '007', x: 1.5 },
    { i: null, n: null, t: '', x: null },
  ])
})

test.each([
  ['a,b\n1,"2', 'Line 2, column 3: a quote is opened here and never closed.'],
  ['a,b\n"1"x,2', 'Line 2, column 4: there is text between a closing quote and the separator.'],
  ['a,b\n1,2,3', 'Line 2: the row has 3 cells, and there are 2 columns.'],
  ['a,b,a\n1,2,3', 'Line 1: two columns are named "a".'],
  ['a\n"x\ny"\n\n1,2', 'Line 5: the row has 2 cells'],
])('says what is wrong with %j', (text, sentence) => {
  expect(() => decode(text)).toThrow(sentence)
})

test('names the cell that is of another type', () => {
  const columns = [{ name: 'n', type: 'number' }] as const
  expect(() => decode('k,n\na,1\nb,warm', { columns })).toThrow(
    'Line 3, field n: cell 2 is "warm", which is no number.',
  )
})

test('gives nothing for nothing, and for a header alone', () => {
  expect([decode(''), decode('\n\n'), decode('a,b\n')]).toEqual([[], [], []])
})

test('bounds what stands in few characters: rows of nothing but cells that are left out', () => {
  const header = Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(',')
  expect(decode(`${header}\n${'x\n'.repeat(50)}`)).toHaveLength(50)
  expect(() => decode(`${header}\n${'x\n'.repeat(1000)}`)).toThrow('rows or empty cells')
})

test('keeps a column named __proto__ to itself', () => {
  const [row] = decode('__proto__,a\n1,2')
  expect(Object.entries(row as object)).toEqual([
    ['__proto__', 1],
    ['a', 2],
  ])
  expect(({} as { a?: number }).a).toBe(undefined)
})

test('writes an object, a list of objects, a list of lists', () => {
  expect(encode({ a: 1, b: 'x,y' })).toBe('a,b\n1,"x,y"\n')
  expect(encode([{ a: 1 }, { b: null, a: { c: 2 } }])).toBe('a,b\n1,\n"{""c"":2}",\n')
  expect(encode([[1, true], [2n]])).toBe('1,true\n2\n')
  expect(encode([1, 2])).toBe('1,2\n')
  const columns = [{ name: 'b', type: 'auto' }] as const
  expect(encode({ a: 1, b: 2.5 }, { columns, decimal: ',' })).toBe('b\n"2,5"\n')
})

test('refuses a cell that cannot be written without quotes', () => {
  expect(() => encode({ a: 'x,y' }, { quote: 'none' })).toThrow('choose a quote')
})

const cell = fc.string({
  unit: fc.constantFrom('a', '"', "'", ',', ';', '\n', '\r', ' ', '1', 'ü'),
})
const shapes = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('double', 'single'),
})

test('reads what was written', () => {
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 })
  fc.assert(
    fc.property(rows, shapes, (table, shape) => {
      const settings = { ...shape, hasHeader: false, types: 'text' } as const
      expect(decode(encode(table, settings), settings)).toEqual(table)
    }),
    { numRuns: 1000 },
  )
})

test('never falls over, whatever comes', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'a|1|"|,|;|\n|\r| |-|.'.split('|')) })
  fc.assert(
    fc.property(hostile, shapes, fc.boolean(), (text, shape, hasHeader) => {
      try {
        expect(Array.isArray(decode(text, { ...shape, hasHeader }))).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 3000 },
  )
})
