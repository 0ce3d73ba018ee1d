import { isTimeZone, slicingOf } from './window-shape.ts'
import type { WindowShape } from './window-shape.ts'

/** A window's configuration as a form has it, with defaults; not yet checked. */
export type WindowSettings = Readonly<Record<string, unknown>>

export interface WindowSpan {
  readonly start: number
  readonly end: number
}

/** The windows that end next, in order; none for kinds that have no fixed places, or a wrong setting. */
export function nextWindows(
  settings: WindowSettings,
  now: number,
  count = 3,
): readonly WindowSpan[] {
  const shape = shapeOf(settings)
  const slicing = shape === undefined ? undefined : slicingOf(shape)
  if (slicing === undefined) return []
  const spans: WindowSpan[] = []
  for (let at = now; spans.length < count;) {
    const end = slicing.endAfter(at)
    spans.push({ start: slicing.windowStart(end), end })
    at = end
  }
  return spans
}

/** What is kept of one group. */
export interface StateEstimate {
  /** Stretches that are kept apart; windows that overlap share them. */
  readonly stretches: number
  readonly bytes: number
  /** Whether the results may need as much, and usually need less. */
  readonly isMost: boolean
}

/** Undefined where it depends on the messages alone, or for a wrong setting. */
export function estimateState(settings: WindowSettings): StateEstimate | undefined {
  const stretches = stretchesOf(settings)
  if (stretches === undefined) return undefined
  const rows = Array.isArray(settings['aggregates']) ? settings['aggregates'] : []
  // Rows of a form; what they say is looked at one by one.
  const needs = rows.map((row: WindowSettings) => needOf(row))
  const isLast = settings['type'] === 'last'
  const slots = isLast ? rows.length : needs.reduce((sum, need) => sum + need.slots, 0)
  const more = isLast ? 0 : needs.reduce((sum, need) => sum + need.bytesMost, 0)
  const bytes = groupBytes + stretches * ((noteSlots + slots) * slotBytes + more)
  return { stretches, bytes, isMost: more > 0 }
}

/** Key, entry in a map, place on the time line and head of a list; measured with a million groups. */
const groupBytes = 120
const slotBytes = 8
/** What a window notes of itself. */
const noteSlots = 1

/** Slots that the state of each function takes, and the bytes beside them at most. */
export function needOf(row: WindowSettings): { slots: number; bytesMost: number } {
  const most = typeof row['most'] === 'number' ? row['most'] : 100
  switch (row['function'] ?? 'avg') {
    case 'count':
    case 'min':
    case 'max':
      return { slots: 1, bytesMost: 0 }
    case 'first':
    case 'last':
    case 'sum':
    case 'avg':
      return { slots: 2, bytesMost: 0 }
    case 'delta':
    case 'rate':
      return { slots: 4, bytesMost: 0 }
    case 'median':
    case 'percentile':
      return { slots: 1, bytesMost: 12_000 }
    case 'distinct':
      return { slots: 1, bytesMost: 160_000 }
    case 'mode':
      return { slots: 1, bytesMost: 60_000 }
    case 'collect':
      return { slots: 1, bytesMost: most * 24 }
    case 'timeWeighted':
      return { slots: 1, bytesMost: 4500 }
    default:
      return { slots: 3, bytesMost: 0 }
  }
}

function stretchesOf(settings: WindowSettings): number | undefined {
  switch (settings['type']) {
    case 'tumbling':
    case 'session':
    case 'count':
    case 'state':
    case 'global':
      return 1
    case 'last':
      return settings['reach'] === 'messages' ? whole(settings['lastMessages']) : undefined
    default:
      return overlapping(settings)
  }
}

function overlapping(settings: WindowSettings): number | undefined {
  const shape = shapeOf(settings)
  if (shape === undefined || slicingOf(shape) === undefined) return undefined
  const isFixed = shape.unit === 'duration'
  if (shape.type === 'cumulate') {
    const days = { day: 1, week: 7, month: 31, duration: 0 }[shape.unit] * shape.size
    return Math.ceil((isFixed ? shape.sizeMs : days * 86_400_000) / shape.stepMs)
  }
  const [size, slide] = isFixed ? [shape.sizeMs, shape.slideMs] : [shape.size, shape.slide]
  // A slide is cut in two where the length is no whole number of slides.
  return size % slide === 0 ? size / slide : 2 * Math.ceil(size / slide)
}

function shapeOf(settings: WindowSettings): WindowShape | undefined {
  const { type, unit = 'duration', timeZone = 'UTC', offsetMs = 0 } = settings
  if (type !== 'tumbling' && type !== 'hopping' && type !== 'cumulate') return undefined
  if (unit !== 'duration' && unit !== 'day' && unit !== 'week' && unit !== 'month') return undefined
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone)) return undefined
  if (typeof offsetMs !== 'number' || !Number.isSafeInteger(offsetMs)) return undefined
  const of = (name: string, isNeeded: boolean): number | undefined =>
    isNeeded ? whole(settings[name]) : 1
  const isFixed = unit === 'duration'
  const sizeMs = of('sizeMs', isFixed)
  const slideMs = of('slideMs', isFixed && type === 'hopping')
  const stepMs = of('stepMs', type === 'cumulate')
  const size = of('size', !isFixed)
  const slide = of('slide', !isFixed && type === 'hopping')
  if (sizeMs === undefined || slideMs === undefined || stepMs === undefined) return undefined
  if (size === undefined || slide === undefined) return undefined
  return { type, unit, sizeMs, slideMs, stepMs, size, slide, timeZone, offsetMs }
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined
}
