/**
 * Windows of one size that begin every slide, in whole milliseconds. They hold their start and not
 * their end. Tumbling windows slide by their size.
 */
export interface Hops {
  readonly sizeMs: number
  readonly slideMs: number
  readonly offsetMs: number
}

/** End of the last window that may hold the time; not after it where no window does. */
export function lastEnd({ sizeMs, slideMs, offsetMs }: Hops, time: number): number {
  return floorTo(time, slideMs, offsetMs) + sizeMs
}

/** The earliest end of a window after the time. */
export function endAfter({ sizeMs, slideMs, offsetMs }: Hops, time: number): number {
  return floorTo(time, slideMs, offsetMs + sizeMs) + slideMs
}

/** The greatest time not after this one that lies a whole number of steps from the offset. */
function floorTo(time: number, stepMs: number, offsetMs: number): number {
  const past = (time - offsetMs) % stepMs
  return time - (past < 0 ? past + stepMs : past)
}
