import { calendarOf } from './calendar.ts'
import type { CalendarUnit } from './calendar.ts'
import { cumulate, cumulateWithin, hopping, onCalendar, tumbling } from './slicing.ts'
import type { Slicing } from './slicing.ts'

/** Windows at fixed places on the time line, as a form has them. */
export interface WindowShape {
  readonly type: 'tumbling' | 'hopping' | 'cumulate'
  /** What a length is given in: milliseconds, or whole stretches of a calendar. */
  readonly unit: 'duration' | CalendarUnit
  readonly sizeMs: number
  readonly slideMs: number
  readonly stepMs: number
  /** Length and slide where the unit is one of a calendar. */
  readonly size: number
  readonly slide: number
  readonly timeZone: string
  readonly offsetMs: number
}

/** Undefined for a cumulating window that is no whole number of its steps. */
export function slicingOf(shape: WindowShape): Slicing | undefined {
  const { type, unit } = shape
  if (unit !== 'duration') return calendarSlicing(shape, unit)
  if (type === 'tumbling') return tumbling(shape)
  if (type === 'hopping') return hopping(shape)
  return shape.sizeMs % shape.stepMs === 0 ? cumulate(shape) : undefined
}

function calendarSlicing(shape: WindowShape, unit: CalendarUnit): Slicing {
  const calendar = calendarOf({ unit, timeZone: shape.timeZone, offsetMs: shape.offsetMs })
  const { size, slide } = shape
  if (shape.type === 'hopping') {
    return onCalendar(calendar, hopping({ sizeMs: size, slideMs: slide, offsetMs: 0 }))
  }
  const whole = onCalendar(calendar, tumbling({ sizeMs: size, offsetMs: 0 }))
  return shape.type === 'cumulate' ? cumulateWithin(whole, shape.stepMs) : whole
}

/** Whether there are clocks of that name, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
