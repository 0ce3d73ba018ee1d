import type { Calendar } from './calendar.ts'

/**
 * Windows that lie at fixed places on the time line, cut into panes: stretches that lie wholly
 * inside or wholly outside of every window. A message goes into one pane however many windows it
 * belongs to; a window is the sum of its panes. All in whole milliseconds; windows hold their start
 * and not their end.
 */
export interface Slicing {
  /** Start of the pane that holds the time. */
  paneOf(time: number): number
  paneEnd(pane: number): number
  /** End of the last window that holds the pane; not after its start where no window does. */
  lastEnd(pane: number): number
  /** The earliest end of a window after the time. */
  endAfter(time: number): number
  windowStart(end: number): number
}

/** One after the other. */
export function tumbling({ sizeMs, offsetMs }: { sizeMs: number; offsetMs: number }): Slicing {
  return {
    paneOf: (time) => floorTo(time, sizeMs, offsetMs),
    paneEnd: (pane) => pane + sizeMs,
    lastEnd: (pane) => pane + sizeMs,
    endAfter: (time) => floorTo(time, sizeMs, offsetMs) + sizeMs,
    windowStart: (end) => end - sizeMs,
  }
}

/**
 * A window of the size begins every slide. A pane ends where a window begins or ends, so that there
 * are at most two in a slide, whatever the ratio (the "paired windows" of Krishnamurthy et al.).
 */
export function hopping(shape: { sizeMs: number; slideMs: number; offsetMs: number }): Slicing {
  const { sizeMs, slideMs, offsetMs } = shape
  // How far into a slide the windows end that began earlier.
  const cutMs = sizeMs % slideMs
  const slideOf = (time: number): number => floorTo(time, slideMs, offsetMs)
  return {
    paneOf: (time) => {
      const start = slideOf(time)
      return time - start < cutMs ? start : start + cutMs
    },
    paneEnd: (pane) => {
      const start = slideOf(pane)
      return pane - start < cutMs ? start + cutMs : start + slideMs
    },
    lastEnd: (pane) => slideOf(pane) + sizeMs,
    endAfter: (time) => floorTo(time, slideMs, offsetMs + sizeMs) + slideMs,
    windowStart: (end) => end - sizeMs,
  }
}

/** All begin at the same place and end a step later each, until the size is reached. */
export function cumulate(shape: { sizeMs: number; stepMs: number; offsetMs: number }): Slicing {
  const { sizeMs, stepMs, offsetMs } = shape
  return {
    paneOf: (time) => floorTo(time, stepMs, offsetMs),
    paneEnd: (pane) => pane + stepMs,
    lastEnd: (pane) => floorTo(pane, sizeMs, offsetMs) + sizeMs,
    endAfter: (time) => floorTo(time, stepMs, offsetMs) + stepMs,
    windowStart: (end) => floorTo(end - stepMs, sizeMs, offsetMs),
  }
}

/**
 * Windows of whole days, weeks or months: a shape over their numbers in place of milliseconds, such
 * as a tumbling one of size 3 over months for quarters.
 */
export function onCalendar(calendar: Calendar, numbers: Slicing): Slicing {
  const { indexOf, startOf } = calendar
  return {
    paneOf: (time) => startOf(numbers.paneOf(indexOf(time))),
    paneEnd: (pane) => startOf(numbers.paneEnd(indexOf(pane))),
    lastEnd: (pane) => startOf(numbers.lastEnd(indexOf(pane))),
    endAfter: (time) => startOf(numbers.endAfter(indexOf(time))),
    windowStart: (end) => startOf(numbers.windowStart(indexOf(end))),
  }
}

/** A running result of windows that follow one another, a step later each; the last may be shorter. */
export function cumulateWithin(whole: Slicing, stepMs: number): Slicing {
  const paneOf = (time: number): number => floorTo(time, stepMs, whole.paneOf(time))
  const paneEnd = (pane: number): number =>
    Math.min(pane + stepMs, whole.paneEnd(whole.paneOf(pane)))
  return {
    paneOf,
    paneEnd,
    lastEnd: (pane) => whole.lastEnd(whole.paneOf(pane)),
    endAfter: (time) => paneEnd(paneOf(time)),
    windowStart: (end) => whole.paneOf(end - 1),
  }
}

/** The greatest time not after this one that lies a whole number of steps from the offset. */
export function floorTo(time: number, stepMs: number, offsetMs: number): number {
  const past = (time - offsetMs) % stepMs
  return time - (past < 0 ? past + stepMs : past)
}
