import { expect, test } from 'vitest'
import { binaryText, entriesOf, innerPath, summaryOf } from './value-parts.ts'

test('writes paths as expressions do', () => {
  expect(innerPath('', 'payload', false)).toBe('payload')
  expect(innerPath('payload', 't', false)).toBe('payload.t')
  expect(innerPath('payload', 'a b', false)).toBe('payload["a b"]')
  expect(innerPath('payload.list', '3', true)).toBe('payload.list[3]')
})

test('shows bytes as bytes, and does not open them', () => {
  const value = { $binary: 'AAEC', bytes: 3 }
  expect(binaryText(value)).toBe('3 bytes AAEC')
  expect(entriesOf(value)).toBeUndefined()
  expect(entriesOf({ $binary: { not: 'text' } })).toHaveLength(1)
})

test('keeps the line of a folded value short', () => {
  expect(summaryOf({ a: 1 }, false)).toBe('{"a":1}')
  expect(summaryOf({ a: 1 }, true)).toBe('{ }')
  expect(summaryOf([1, 2], false)).toBe('[2]')
  expect(summaryOf({ text: 'x'.repeat(9999) }, false)).toHaveLength(160)
})
