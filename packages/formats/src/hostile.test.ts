import { expect, test } from 'vitest'
import { FormatError, openDecoder, openEncoder } from './index.ts'
import { escapeKey, escapeMeasurement } from './line-protocol/escape.ts'

/** What takes time that grows with the square of its length would take minutes of these. */
const long = 300_000

const hostile: readonly (readonly [
  what: string,
  format: Parameters<typeof openDecoder>[0],
  text: string,
])[] = [
  ['digits with a letter behind', { format: 'line' }, `m v=${'1'.repeat(long)}x`],
  ['backslashes in a name', { format: 'line' }, `m${'\\'.repeat(long)} v=1x`],
  ['quotes that never end', { format: 'line' }, `m v="${'\\"'.repeat(long)}`],
  [
    'digits in a column of numbers',
    { format: 'csv', csv: { columns: [{ name: 'a', type: 'number' }] } },
    `a\n${'1'.repeat(long)}x`,
  ],
  ['digits in a column of anything', { format: 'csv' }, `a\n${'1'.repeat(long)}x\n"`],
  ['quotes in cells', { format: 'csv' }, `a\n${'a"b\n'.repeat(long / 4)}"`],
  ['columns with the same name', { format: 'csv' }, `${'a,'.repeat(9_000)}a\n1`],
  ['lists in lists', { format: 'json' }, '['.repeat(long)],
  ['a text that never ends', { format: 'json' }, `"${'\\"'.repeat(long)}`],
  ['elements in elements', { format: 'xml' }, '<a>'.repeat(long)],
  ['an attribute that never ends', { format: 'xml' }, `<a ${'x'.repeat(long)}`],
  ['a comment that never ends', { format: 'xml' }, `<a><!--${'-'.repeat(long)}`],
  ['a document type that never ends', { format: 'xml' }, `<!DOCTYPE a [${'<'.repeat(long)}`],
  ['entities made of entities', { format: 'xml' }, `<!DOCTYPE a [${laughs()}]><a>&e9;</a>`],
  ['an entity that all objects have', { format: 'xml' }, '<a>&constructor;</a>'],
]

function laughs(): string {
  const more = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`)
  return `<!ENTITY e0 "ha">${more.join('')}`
}

test.each(hostile)('refuses %s in no time', (_what, format, text) => {
  expect(() => openDecoder(format)(Buffer.from(text))).toThrow(FormatError)
})

test('writes names with any number of backslashes in no time', () => {
  const name = `${'\\'.repeat(long)}a`
  expect(escapeKey(`${name}=`)).toBe(`${name}\\=`)
  expect(escapeKey(`${name}\\ b\\`)).toBe(`${name}\\ b`)
  expect(escapeMeasurement(`${name}\\=,\\\\`)).toBe(`${name}\\=\\,`)
})

test('writes a point of long texts in no time', () => {
  const point = {
    measurement: 'm',
    tags: { a: `${'\\'.repeat(long)}x` },
    fields: { v: '\\'.repeat(long) },
  }
  expect(String(openEncoder({ format: 'line' })(point))).toHaveLength(3 * long + 11)
})
