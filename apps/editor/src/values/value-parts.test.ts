import { expect, test } from 'vitest'
import { binaryText, entriesOf, innerPath, isMoment, summaryOf } from './value-parts.ts'

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

test.each([
  ['time', 1_795_281_233_954, true],
  ['end', 1_795_281_230_000, true],
  ['openedAt', 1_795_281_230_000, true],
  ['end', 1_795_281_230, false],
  ['time', 1_795_281_233_954.5, false],
  ['count', 1_795_281_230_000, false],
  ['time', '1795281233954', false],
] as const)('takes %s: %o for a time: %o', (name, value, isOne) => {
  expect(isMoment(name, value)).toBe(isOne)
})
