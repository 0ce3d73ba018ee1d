import { NodeError } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { quietHours } from './quiet-hours.ts'

const rules = { quietFrom: '22:00', quietTo: '06:00', isWeekendQuiet: false, timeZone: 'UTC' }
const at = (text: string): number => Date.parse(text)
const end = (time: string, given: object = {}): string | null => {
  const found = quietHours({ ...rules, ...given })(at(time))
  return found === null ? null : new Date(found).toISOString().slice(0, 16)
}

test.each([
  ['2026-01-07T21:59:59Z', null],
  ['2026-01-07T22:00:00Z', '2026-01-08T06:00'],
  ['2026-01-08T05:59:59Z', '2026-01-08T06:00'],
  ['2026-01-08T06:00:00Z', null],
])('at %s nights are quiet until %s', (time, until) => {
  expect(end(time)).toBe(until)
})

test('may be within a day', () => {
  const noon = { quietFrom: '12:00', quietTo: '13:30' }
  expect(end('2026-01-07T12:10:00Z', noon)).toBe('2026-01-07T13:30')
  expect(end('2026-01-07T14:10:00Z', noon)).toBeNull()
})

test('go by the clocks of their zone, also when those are set', () => {
  const berlin = { timeZone: 'Europe/Berlin' }
  expect(end('2026-01-07T21:30:00Z', berlin)).toBe('2026-01-08T05:00')
  // The night in which summer time begins, and the one in which it ends.
  expect(end('2026-03-28T21:30:00Z', berlin)).toBe('2026-03-29T04:00')
  expect(end('2026-10-24T21:30:00Z', berlin)).toBe('2026-10-25T05:00')
})

test('a weekend joins the nights at both its ends', () => {
  const weekend = { isWeekendQuiet: true }
  expect(end('2026-01-09T23:00:00Z', weekend)).toBe('2026-01-12T06:00')
  expect(end('2026-01-10T12:00:00Z', weekend)).toBe('2026-01-12T06:00')
  expect(end('2026-01-12T07:00:00Z', weekend)).toBeNull()
  const only = { isWeekendQuiet: true, quietFrom: '00:00', quietTo: '00:00' }
  expect(end('2026-01-10T12:00:00Z', only)).toBe('2026-01-12T00:00')
  expect(end('2026-01-12T00:00:00Z', only)).toBeNull()
})

test('refuse a zone that nobody knows', () => {
  expect(() => quietHours({ ...rules, timeZone: 'Mars/Base' })).toThrow(NodeError)
})
