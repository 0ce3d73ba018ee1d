/** The time line cut at the days, weeks or months of a time zone, numbered in order. */
export interface Calendar {
  /** Number of the stretch that holds the time. */
  indexOf(time: number): number
  /** When the stretch begins; each ends where the next begins. */
  startOf(index: number): number
}

export type CalendarUnit = 'day' | 'week' | 'month'

const dayMs = 86_400_000

/** 1970-01-01 was a Thursday; weeks begin on Monday, as in ISO 8601. */
const mondayMs = -3 * dayMs

/**
 * Days, weeks or months as the clocks of a zone show them, so that a day may have 23 or 25 hours.
 * `offsetMs` is where a stretch begins on the clock: six hours make days begin at 06:00. Where the
 * clock jumps over a beginning, the stretch begins with the jump; where it shows it twice, the first
 * time counts. Throws a RangeError for a zone that nobody knows.
 */
export function calendarOf(shape: {
  readonly unit: CalendarUnit
  readonly timeZone: string
  readonly offsetMs: number
}): Calendar {
  const wall = wallOf(shape.unit, shape.offsetMs)
  const zone = zoneOffsets(shape.timeZone)
  const starts = new Map<number, number>()
  const startOf = (index: number): number => {
    let start = starts.get(index)
    if (start === undefined) {
      if (starts.size >= startsMax) starts.clear()
      starts.set(index, (start = firstAt(wall.startOf(index), zone)))
    }
    return start
  }
  // The stretch that was found last, and how far its clock was from UTC: the next is near.
  let index = NaN
  let start = Infinity
  let end = -Infinity
  let aheadMs = 0
  return {
    startOf,
    indexOf: (time) => {
      if (time >= start && time < end) return index
      index = wall.indexOf(time + aheadMs)
      while (time < startOf(index)) index -= 1
      while (time >= startOf(index + 1)) index += 1
      start = startOf(index)
      end = startOf(index + 1)
      aheadMs = wall.startOf(index) - start
      return index
    },
  }
}

/** Beginnings that are remembered; asking the zone costs a thousand times as much as a look-up. */
const startsMax = 4096

/** Stretches on a clock that never jumps, in milliseconds as UTC would count them. */
function wallOf(unit: CalendarUnit, offsetMs: number): Calendar {
  if (unit === 'month') {
    return {
      indexOf: (time) => {
        const date = new Date(time - offsetMs)
        return date.getUTCFullYear() * 12 + date.getUTCMonth()
      },
      startOf: (index) => startOfMonth(index) + offsetMs,
    }
  }
  const lengthMs = unit === 'week' ? 7 * dayMs : dayMs
  const firstMs = offsetMs + (unit === 'week' ? mondayMs : 0)
  return {
    indexOf: (time) => Math.floor((time - firstMs) / lengthMs),
    startOf: (index) => index * lengthMs + firstMs,
  }
}

function startOfMonth(index: number): number {
  const date = new Date(0)
  date.setUTCFullYear(Math.floor(index / 12), index - Math.floor(index / 12) * 12, 1)
  return date.getTime()
}

/** The first moment at which the clock of the zone shows this or later. */
function firstAt(wall: number, zone: (time: number) => number): number {
  const before = zone(wall - dayMs)
  const after = zone(wall + dayMs)
  let reached = wall - Math.min(before, after)
  let notYet = wall - Math.max(before, after)
  if (notYet + zone(notYet) >= wall) return notYet
  while (reached - notYet > 1) {
    const middle = Math.floor((reached + notYet) / 2)
    if (middle + zone(middle) >= wall) reached = middle
    else notYet = middle
  }
  return reached
}

/** How far the clocks of a zone are ahead of UTC at a time, in milliseconds. */
function zoneOffsets(timeZone: string): (time: number) => number {
  if (timeZone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (time) => {
    const parts: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(time)) parts[type] = value
    const of = (name: string): number => Number(parts[name])
    const year = parts['era']?.startsWith('B') === true ? 1 - of('year') : of('year')
    const date = new Date(0)
    date.setUTCFullYear(year, of('month') - 1, of('day'))
    date.setUTCHours(of('hour'), of('minute'), of('second'))
    return date.getTime() - Math.floor(time / 1000) * 1000
  }
}
