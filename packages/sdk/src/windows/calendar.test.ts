import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarOf } from './calendar.ts'
import { slicingOf } from './window-shape.ts'
import type { WindowShape } from './window-shape.ts'

const hourMs = 3_600_000
const at = (text: string): number => Date.parse(text)

function startOf(unit: 'day' | 'week' | 'month', timeZone: string, time: string, offsetMs = 0) {
  const calendar = calendarOf({ unit, timeZone, offsetMs })
  const index = calendar.indexOf(at(time))
  const show = (index: number): string => new Date(calendar.startOf(index)).toISOString()
  return [show(index), show(index + 1)]
}

describe('calendar', () => {
  it.each([
    // A day of 23 hours, one of 25, and one between.
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00', '2026-03-29T22:00'],
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00', '2026-10-25T23:00'],
    ['day', 'Europe/Berlin', '2026-07-01T21:59:59Z', '2026-06-30T22:00', '2026-07-01T22:00'],
    ['week', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-22T23:00', '2026-03-29T22:00'],
    ['week', 'UTC', '2026-01-04T23:59:59Z', '2025-12-29T00:00', '2026-01-05T00:00'],
    ['month', 'America/New_York', '2026-03-31T23:00:00Z', '2026-03-01T05:00', '2026-04-01T04:00'],
    ['month', 'Asia/Kolkata', '2026-01-31T18:30:00Z', '2026-01-31T18:30', '2026-02-28T18:30'],
    // Midnight that the clocks jumped over.
    ['day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00', '2018-11-05T02:00'],
    // Midnight that came twice.
    ['day', 'America/Havana', '2025-11-02T12:00:00Z', '2025-11-02T04:00', '2025-11-03T05:00'],
    ['month', 'UTC', '1969-12-31T23:59:59Z', '1969-12-01T00:00', '1970-01-01T00:00'],
  ] as const)('cuts the %ss of %s at %s', (unit, zone, time, start, end) => {
    expect(startOf(unit, zone, time)).toEqual([`${start}:00.000Z`, `${end}:00.000Z`])
  })

  it('begins a shift at six o’clock, summer and winter', () => {
    const shift = (time: string) => startOf('day', 'Europe/Berlin', time, 6 * hourMs)
    expect(shift('2026-03-29T03:59:59Z')[0]).toBe('2026-03-28T05:00:00.000Z')
    expect(shift('2026-03-29T04:00:00Z')[0]).toBe('2026-03-29T04:00:00.000Z')
  })

  it('refuses a zone that nobody knows', () => {
    expect(() => calendarOf({ unit: 'day', timeZone: 'Mars/Base', offsetMs: 0 })).toThrow(
      RangeError,
    )
  })

  it('has each time in exactly one stretch, whatever was asked before', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe')
    const unit = fc.constantFrom('day', 'week', 'month')
    const time = fc.integer({ min: at('1960-01-01'), max: at('2040-01-01') })
    const offset = fc.integer({ min: -12 * hourMs, max: 12 * hourMs })
    fc.assert(
      fc.property(zone, unit, offset, fc.array(time), (timeZone, unit, offsetMs, times) => {
        const calendar = calendarOf({ unit, timeZone, offsetMs })
        for (const time of times) {
          const index = calendar.indexOf(time)
          expect(calendar.startOf(index)).toBeLessThanOrEqual(time)
          expect(calendar.startOf(index + 1)).toBeGreaterThan(time)
          expect(calendarOf({ unit, timeZone, offsetMs }).indexOf(time)).toBe(index)
        }
      }),
    )
  })
})

describe('windows on a calendar', () => {
  const shape = (given: Partial<WindowShape>): WindowShape => ({
    type: 'tumbling',
    unit: 'day',
    sizeMs: 1,
    slideMs: 1,
    stepMs: hourMs,
    size: 1,
    slide: 1,
    timeZone: 'Europe/Berlin',
    offsetMs: 0,
    ...given,
  })
  const iso = (time: number | undefined) => new Date(time ?? NaN).toISOString()

  it('have quarters of three months', () => {
    const quarters = slicingOf(shape({ unit: 'month', size: 3 }))
    const end = quarters?.endAfter(at('2026-02-10T00:00:00Z')) ?? NaN
    expect([iso(quarters?.windowStart(end)), iso(end)]).toEqual([
      '2025-12-31T23:00:00.000Z',
      '2026-03-31T22:00:00.000Z',
    ])
  })

  it('hop by days over the last week', () => {
    const week = slicingOf(shape({ type: 'hopping', size: 7 }))
    const end = week?.endAfter(at('2026-03-29T12:00:00Z')) ?? NaN
    expect([iso(week?.windowStart(end)), iso(end)]).toEqual([
      '2026-03-22T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ])
  })

  it('cumulate within a day of 23 hours', () => {
    const day = slicingOf(shape({ type: 'cumulate', stepMs: 2 * hourMs }))
    const ends: string[] = []
    let time = at('2026-03-28T23:00:00Z')
    for (; time < at('2026-03-29T22:00:00Z'); time = day?.endAfter(time) ?? Infinity) {
      const end = day?.endAfter(time) ?? NaN
      expect(iso(day?.windowStart(end))).toBe('2026-03-28T23:00:00.000Z')
      ends.push(iso(end))
    }
    expect(ends).toHaveLength(12)
    expect(ends.slice(-2)).toEqual(['2026-03-29T21:00:00.000Z', '2026-03-29T22:00:00.000Z'])
  })
})
