import { describe, expect, it } from 'vitest'
import { estimateState, nextWindows } from './preview.ts'

describe('the next windows', () => {
  it('are those that end after now', () => {
    expect(nextWindows({ type: 'tumbling', sizeMs: 10 }, 25)).toEqual([
      { start: 20, end: 30 },
      { start: 30, end: 40 },
      { start: 40, end: 50 },
    ])
    expect(nextWindows({ type: 'hopping', sizeMs: 10, slideMs: 4 }, 25, 2)).toEqual([
      { start: 16, end: 26 },
      { start: 20, end: 30 },
    ])
    expect(nextWindows({ type: 'cumulate', sizeMs: 10, stepMs: 5 }, 4, 3)).toEqual([
      { start: 0, end: 5 },
      { start: 0, end: 10 },
      { start: 10, end: 15 },
    ])
  })

  it('follow the clocks of a zone', () => {
    const settings = { type: 'tumbling', unit: 'day', size: 1, timeZone: 'Europe/Berlin' }
    const [day] = nextWindows(settings, Date.parse('2026-03-29T12:00:00Z'), 1)
    expect((day?.end ?? 0) - (day?.start ?? 0)).toBe(23 * 3_600_000)
  })

  it.each([
    { type: 'session', gapMs: 5 },
    { type: 'tumbling' },
    { type: 'tumbling', sizeMs: 0 },
    { type: 'tumbling', sizeMs: '10 s' },
    { type: 'tumbling', sizeMs: 1.5 },
    { type: 'cumulate', sizeMs: 10, stepMs: 3 },
    { type: 'tumbling', unit: 'day', size: 1, timeZone: 'Nowhere/At-all' },
    {},
  ])('are none for %j', (settings) => {
    expect(nextWindows(settings, 0)).toEqual([])
  })
})

describe('the estimated state', () => {
  const aggregates = [{ function: 'avg' }, { function: 'count' }]

  it('is what was measured with a million groups', () => {
    const { bytes } = estimateState({ type: 'tumbling', sizeMs: 60_000, aggregates }) ?? {
      bytes: 0,
    }
    // 163 bytes each: e2e/bench/window.ts.
    expect(Math.abs(bytes - 163)).toBeLessThan(20)
  })

  it('grows with the stretches that overlap', () => {
    const hopping = { type: 'hopping', sizeMs: 60_000, slideMs: 1000, aggregates }
    expect(estimateState(hopping)?.stretches).toBe(60)
    expect(estimateState({ ...hopping, slideMs: 7000 })?.stretches).toBe(18)
    expect(estimateState({ type: 'cumulate', unit: 'day', size: 1, stepMs: 3_600_000 })).toEqual({
      stretches: 24,
      bytes: 120 + 24 * 8,
      isMost: false,
    })
  })

  it('says where it is only the most that may be needed, and where nobody knows', () => {
    const settings = { type: 'session', aggregates: [{ function: 'distinct' }] }
    expect(estimateState(settings)?.isMost).toBe(true)
    expect(estimateState({ type: 'last', reach: 'time', lastMs: 10 })).toBe(undefined)
    expect(estimateState({ type: 'last', reach: 'messages', lastMessages: 10 })?.stretches).toBe(10)
  })
})
