import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetOfError } from './json-place.ts'

test.each([
  ['{"a": }', 6],
  ['{"a" 1}', 5],
  ['{"a":1,}', 7],
  ['[1,]', 3],
  ['[1 2]', 3],
  ['[1}', 2],
  ['{]', 1],
  ['1 2', 2],
  ['01', 0],
  ['tru', 0],
  ['"a\nb"', 0],
  ['{"a":1', 6],
  ['', 0],
  [',', 0],
])('in %j is at %i', (text, offset) => {
  expect(offsetOfError(text)).toBe(offset)
})

test('is at the end of what is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.boolean(), (value, isIndented) => {
      const text = JSON.stringify(value, null, isIndented ? 2 : 0)
      expect(offsetOfError(text)).toBe(text.length)
    }),
  )
})
