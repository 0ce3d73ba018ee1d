import { expect, test } from 'vitest'
import type { Alert } from '@millrace/protocol'
import { alertsToShow, valueText } from './alert-list.ts'

const alert = (key: string, state: Alert['state'], raisedAt: number): Alert => ({
  flow: 'plant',
  node: 'a',
  key,
  severity: 'warning',
  text: `${key} is hot`,
  state,
  raisedAt,
})

const alerts = [
  alert('old', 'cleared', 5),
  alert('seen', 'acknowledged', 9),
  alert('first', 'open', 1),
  alert('second', 'open', 2),
]
const keys = (list: readonly Alert[]) => list.map(({ key }) => key)

test('puts what needs somebody first', () => {
  expect(keys(alertsToShow(alerts, { states: 'all', search: '' }))).toEqual([
    'second',
    'first',
    'seen',
    'old',
  ])
})

test('filters by state and words', () => {
  expect(keys(alertsToShow(alerts, { states: 'open', search: '' }))).toEqual(['second', 'first'])
  expect(keys(alertsToShow(alerts, { states: 'present', search: 'SEEN' }))).toEqual(['seen'])
})

test('shows any value on a short line', () => {
  expect(valueText(undefined)).toBe('')
  expect(valueText(81.5)).toBe('81.5')
  expect(valueText(79.65045454545454)).toBe('79.6505')
  expect(valueText({ a: 'x'.repeat(99) })).toHaveLength(40)
})
