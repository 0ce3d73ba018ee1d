import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { parseLines } from './parse-lines.ts'
import { pointLine } from './write-points.ts'

const ns = { precision: 'ns' } as const

test('reads points with tags, fields of every type and time', () => {
  const text = [
    '# a comment',
    'weather,site=a\\,b,x\\ y=\\=z t=21.5,n=3i,u=7u,ok=t,bad=FALSE,text="say \\"hi\\", 1=2" 1700000000123456789',
    '',
    'plain\\ name v=-1e3 ',
    'm v="two\nlines" 5\r',
    '\tlast v=1',
  ].join('\n')
  expect(parseLines(text, ns)).toEqual([
    {
      measurement: 'weather',
      tags: { site: 'a,b', 'x y': '=z' },
      fields: { t: 21.5, n: 3, u: 7, ok: true, bad: false, text: 'say "hi", 1=2' },
      time: 1_700_000_000_123.4568,
    },
    { measurement: 'plain name', tags: {}, fields: { v: -1000 } },
    { measurement: 'm', tags: {}, fields: { v: 'two\nlines' }, time: 0.000005 },
    { measurement: 'last', tags: {}, fields: { v: 1 } },
  ])
})

test.each([
  ['s', '-3', -3000],
  ['ms', '1700000000123', 1_700_000_000_123],
  ['us', '-1500', -1.5],
  ['ns', '-1', -0.000_001],
  ['ns', '1700000000000000000', 1_700_000_000_000],
] as const)('reads a timestamp with precision %s', (precision, digits, time) => {
  expect(parseLines(`m v=1 ${digits}`, { precision })).toMatchObject([{ time }])
})

test('keeps whole numbers exact', () => {
  const text = 'm a=9223372036854775807i,b=18446744073709551615u,c=9007199254740991i'
  const [point] = parseLines(text, ns)
  expect(point?.fields).toEqual({
    a: 9_223_372_036_854_775_807n,
    b: 18_446_744_073_709_551_615n,
    c: 9_007_199_254_740_991,
  })
})

test.each([
  ['m', 'Line 1, column 2: there are no fields.'],
  ['m,a v=1', 'Line 1, column 4: the tag "a" has no value.'],
  ['m,a= v=1', 'Line 1, column 5: the tag "a" has no value.'],
  ['m,=1 v=1', 'Line 1, column 3: a tag has no name.'],
  ['m v', 'Line 1, column 4: the field "v" has no value.'],
  ['m v= 5', 'Line 1, column 5: the field "v" has no value.'],
  ['m v=1,=2', 'Line 1, column 7: a field has no name.'],
  ['m v=warm', 'Line 1, column 5: the field "v" is warm, which is no value of line protocol.'],
  ['m v=1.5i', 'the field "v" is 1.5i'],
  ['m v=9223372036854775808i', 'is 9223372036854775808i'],
  ['m v=-1u', 'is -1u'],
  ['m v=NaN', 'is NaN'],
  ['m v=1e999', 'is 1e999'],
  ['ok v=1\nm v="a\n', 'Line 2, column 5: a quote is opened here and never closed.'],
  ['m v=1 5 6', 'Line 1, column 9: there is more than a timestamp behind the fields.'],
  ['m v=1 5-6', '"5-6" is no timestamp.'],
  ['m,a=b=c v=1', 'Line 1, column 6: an = in the value of a tag is not escaped.'],
  [',a=b v=1', 'Line 1, column 1: the measurement is empty.'],
])('says what is wrong with %j', (text, sentence) => {
  expect(() => parseLines(text, ns)).toThrow(sentence)
})

test('reads the other lines where the caller takes what is wrong', () => {
  const bad: (number | undefined)[] = []
  const text = 'a v=1\nb v=\nc v=3 x\nd v=4 5-\ne v=5'
  const onBadLine = (error: FormatError): void => void bad.push(error.place.line)
  const points = parseLines(text, { ...ns, onBadLine })
  expect(points.map(({ measurement }) => measurement)).toEqual(['a', 'e'])
  expect(bad).toEqual([2, 3, 4])
})

test('keeps names that objects inherit to themselves', () => {
  const [point] = parseLines('m,__proto__=x __proto__="y",constructor=1', ns)
  expect(Object.entries(point?.tags ?? {})).toEqual([['__proto__', 'x']])
  expect(Object.entries(point?.fields ?? {})).toEqual([
    ['__proto__', 'y'],
    ['constructor', 1],
  ])
  expect(Object.getPrototypeOf(point?.fields)).toBe(Object.prototype)
})

const name = fc
  .string({
    unit: fc.constantFrom('a', 'ü', ',', ' ', '=', '"', '#', 'n', '\t'),
    minLength: 1,
    maxLength: 8,
  })
  .filter((text) => text.trim() === text && !text.startsWith('#'))
const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', ',', ' ', '=', '😀') })
const field = fc.oneof(
  text,
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.bigInt(2n ** 53n, 2n ** 63n - 1n),
)

test('reads what was written', () => {
  const point = fc.record({
    measurement: name,
    tags: fc.dictionary(name, name, { maxKeys: 3 }),
    fields: fc.dictionary(name, field, { minKeys: 1, maxKeys: 4 }),
    time: fc.integer({ min: -(10 ** 12), max: 10 ** 13 / 2 }),
  })
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 4 }), (points) => {
      const lines = points.map((one) => pointLine(one, 'ns')).join('\n')
      expect(parseLines(lines, ns)).toEqual(points)
    }),
    { numRuns: 1000 },
  )
})

test('never falls over, whatever comes', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(...'m|,| |=|"|\\|\n|\r|\t|#|1|i|-|e|.|t|ü'.split('|')),
    maxLength: 60,
  })
  fc.assert(
    fc.property(hostile, (whole) => {
      const bad: FormatError[] = []
      parseLines(whole, { ...ns, onBadLine: (error) => void bad.push(error) })
      for (const error of bad) expect(error.place.line).toBeGreaterThan(0)
      if (bad.length > 0) expect(() => parseLines(whole, ns)).toThrow(FormatError)
    }),
    { numRuns: 3000 },
  )
})
