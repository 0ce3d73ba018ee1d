import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Item } from '../policy/item.ts'
import { compose, cut, durationText, plainText } from './compose.ts'

const item = (change: Item['change'], key: string, more: Partial<Item> = {}): Item => ({
  identity: key,
  change,
  origin: 'hot',
  key,
  severity: 'warning',
  text: `${key} is hot`,
  link: '',
  value: 83,
  time: 1_767_225_600_000,
  since: null,
  message: { payload: null },
  ...more,
})
const rules = { prefix: '', listedMax: 10, textMax: 1000 }
const words = (items: readonly Item[], given = {}, more = {}) =>
  compose({ items, passed: 0, id: 'x', share: 1, ...more }, { ...rules, ...given })

describe('an announcement in words', () => {
  it('has the text of a single alert for its title', () => {
    const raised = words([item('raised', 'p4', { severity: 'critical', text: 'p4\nis hot' })])
    expect(raised).toMatchObject({ title: 'Critical: p4 is hot', heading: '', mood: 'critical' })
    const over = item('cleared', 'p4', { since: 1_767_225_600_000 - 720_000 })
    expect(words([over])).toMatchObject({ title: 'Over after 12 min: p4 is hot', mood: 'over' })
    expect(words([item('repeated', 'p4')]).title).toBe('Warning, still: p4 is hot')
    expect(words([item('acknowledged', 'p4')], { prefix: '[Plant]' }).title).toBe(
      '[Plant] Warning, acknowledged: p4 is hot',
    )
  })

  it('counts several, and lists the worst first', () => {
    const counted = '4 alerts: 2 raised, 1 still open, 1 over'
    const { title, heading, mood, lines } = words([
      item('cleared', 'a'),
      item('raised', 'b', { severity: 'info' }),
      item('raised', 'c', { severity: 'critical' }),
      item('repeated', 'd'),
    ])
    expect([title, heading]).toEqual([counted, counted])
    expect(mood).toBe('critical')
    expect(lines.map((line) => line.item.key)).toEqual(['c', 'd', 'b', 'a'])
    expect(words([item('message', 'a'), item('message', 'b')]).title).toBe('2 messages')
  })

  it('says how many it does not list, and how many came and went', () => {
    const many = Array.from({ length: 14 }, (_, at) => item('raised', `d${at}`))
    const told = words(many, { listedMax: 2 }, { passed: 1 })
    expect(told.rest).toBe('and 12 more; 1 alert came and went meanwhile')
    expect(plainText(told)).toBe(
      'Warning: d0 is hot\nWarning: d1 is hot\nand 12 more; 1 alert came and went meanwhile',
    )
  })

  it('becomes shorter with its share', () => {
    const many = Array.from({ length: 8 }, (_, at) =>
      item('raised', `d${at}`, { text: 'x'.repeat(999) }),
    )
    const half = words(many, {}, { share: 1 / 4 })
    expect(half.lines).toHaveLength(2)
    expect(half.rest).toBe('and 6 more')
    expect(half.lines[0]?.text).toHaveLength(250)
  })
})

test.each([
  [4000, '4 s'],
  [720_000, '12 min'],
  [3 * 3_600_000, '3 h'],
  [5 * 86_400_000, '5 days'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test('cuts no character in two', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (text, max) => {
      const short = cut(text, max)
      expect(short.length).toBeLessThanOrEqual(Math.max(max, 1))
      expect(short.isWellFormed()).toBe(true)
    }),
  )
})
