import { describe, expect, it } from 'vitest'
import { drawWindow } from './draw-window.ts'
import { resultText } from './result-text.ts'
import { shownTimes } from './show-time.ts'

describe('the picture of a window', () => {
  it('has the next three tumbling windows side by side', () => {
    const picture = drawWindow({ type: 'tumbling', sizeMs: 10 }, 25)
    expect(picture?.edges.map(({ time }) => time)).toEqual([30, 40, 50])
    expect(picture?.rows).toBe(1)
    expect(picture?.bars[0]).toMatchObject({ from: 0, isOpenLeft: false })
    expect(picture?.bars[2]?.to).toBe(1)
  })

  it('has windows that overlap in rows, and cuts long ones off', () => {
    const picture = drawWindow({ type: 'hopping', sizeMs: 3_600_000, slideMs: 1000 }, 0)
    expect(picture?.rows).toBe(3)
    expect(picture?.bars.every(({ from, isOpenLeft }) => from === 0 && isOpenLeft)).toBe(true)
    for (const { from, to } of picture?.bars ?? []) expect(to).toBeGreaterThan(from)
  })

  it('is an example where messages decide', () => {
    for (const type of ['session', 'count', 'state', 'last', 'global']) {
      const picture = drawWindow({ type }, 0)
      expect(picture?.dots.length).toBeGreaterThan(4)
      expect(picture?.edges).toEqual([])
    }
  })

  it('is none for settings that make no windows', () => {
    expect(drawWindow({ type: 'tumbling', sizeMs: 0 }, 0)).toBe(undefined)
    expect(drawWindow({ type: 'other' }, 0)).toBe(undefined)
  })
})

describe('the times of edges', () => {
  const at = (text: string) => Date.parse(text)

  it('are as short as they can be told apart', () => {
    const day = '2026-03-05T'
    expect(shownTimes([at(`${day}10:00:10Z`), at(`${day}10:00:20Z`)], 'UTC')).toEqual([
      '10:00:10',
      '10:00:20',
    ])
    expect(shownTimes([at(`${day}10:05:00Z`), at(`${day}10:10:00Z`)], 'UTC')).toEqual([
      '10:05',
      '10:10',
    ])
    expect(shownTimes([at(`${day}10:00:00.25Z`)], 'UTC')).toEqual(['10:00:00.250'])
    const days = shownTimes([at(`${day}23:00:00Z`), at('2026-03-06T23:00:00Z')], 'Europe/Berlin')
    expect(days).toEqual(['6 Mar, 00:00', '7 Mar, 00:00'])
  })
})

describe('a result in a line', () => {
  it('has the group, names and values, and neither start nor end', () => {
    const payload = { t: 21.123456, n: 3, seen: ['a', 'b'], start: 0, end: 10, key: 'oven' }
    expect(resultText({ payload })).toBe('oven: t 21.12 · n 3 · seen ["a","b"]')
    expect(resultText({ payload: { n: 0, m: null, start: 0, end: 10 } })).toBe('n 0 · m null')
  })

  it('is short, and none of what is no result', () => {
    const payload = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`r${n}`, 'x'.repeat(99)]),
    )
    expect(resultText({ payload })?.length).toBeLessThan(200)
    expect(resultText({ payload: 5 })).toBe(undefined)
    expect(resultText(undefined)).toBe(undefined)
  })
})
