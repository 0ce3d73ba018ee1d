import { expect, test } from 'vitest'
import { parseDuration, printDuration, readDuration, shownDuration } from './duration-text.ts'

test.each([
  ['10 s', 10_000],
  ['10', 10_000],
  ['1.5 min', 90_000],
  ['1,5 min', 90_000],
  ['250ms', 250],
  ['1 h 30 min', 5_400_000],
  [' 2 Days ', 172_800_000],
  ['-1 h', -3_600_000],
  ['− 90 s', -90_000],
])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms))

test.each(['', 'soon', '10 parsecs', '10 s of it', '-', '--1 s'])('refuses %j', (text) =>
  expect(parseDuration(text)).toBeUndefined(),
)

test.each([
  [0, '0 s'],
  [10_000, '10 s'],
  [90_000, '1.5 min'],
  [1234, '1234 ms'],
  [86_400_000, '1 d'],
  [500, '500 ms'],
  [-3_600_000, '−1 h'],
])('prints %i ms', (ms, text) => {
  expect(printDuration(ms)).toBe(text)
  expect(parseDuration(text)).toBe(ms)
})

test('has a word for 0 where the field has one', () => {
  expect(shownDuration(0, { zero: 'never' })).toBe('never')
  expect(shownDuration(0, {})).toBe('0 s')
  expect(shownDuration(1000, { zero: 'never' })).toBe('1 s')
  expect(readDuration(' Never ', { zero: 'never' })).toBe(0)
  expect(readDuration('never', {})).toBeUndefined()
  expect(readDuration('0', { zero: 'never' })).toBe(0)
})
