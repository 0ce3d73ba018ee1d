import { nextWindows } from '@millrace/sdk/windows'
import type { WindowSettings } from '@millrace/sdk/windows'

/** A window, as a bar on the time line; places are between 0 and 1. */
export interface Bar {
  readonly from: number
  readonly to: number
  /** Bars of windows that overlap lie in rows of their own. */
  readonly row: number
  /** Whether it goes on beyond the picture, on its left or right. */
  readonly isOpenLeft?: boolean
  readonly isOpenRight?: boolean
}

export interface Picture {
  readonly rows: number
  readonly bars: readonly Bar[]
  /** Messages on the time line, in examples of windows that depend on them. */
  readonly dots: readonly number[]
  /** Where windows end next, with the time; in order. */
  readonly edges: readonly { readonly at: number; readonly time: number }[]
}

/** The next three windows where they have fixed places, or an example; undefined for none to draw. */
export function drawWindow(settings: WindowSettings, now: number): Picture | undefined {
  const example = examples[String(settings['type'])]
  return example ?? drawFixed(settings, now)
}

function drawFixed(settings: WindowSettings, now: number): Picture | undefined {
  const windows = nextWindows(settings, now)
  const [first, , last] = windows
  if (first === undefined || last === undefined) return undefined
  // The picture goes back as far as the first window, but not so far that the edges come together.
  const from = Math.max(
    Math.min(...windows.map(({ start }) => start)),
    last.end - 3 * (last.end - first.end) - (last.end - first.end) / 2,
  )
  const place = (time: number): number => (time - from) / (last.end - from)
  const areApart = windows.every(({ start }, at) => start >= (windows[at - 1]?.end ?? -Infinity))
  const bars = windows.map(({ start, end }, at): Bar => ({
    from: Math.max(0, place(start)),
    to: place(end),
    row: areApart ? 0 : at,
    isOpenLeft: start < from,
  }))
  const edges = windows.map(({ end }) => ({ at: place(end), time: end }))
  return { rows: areApart ? 1 : 3, bars, dots: [], edges }
}

/** Windows that messages open and close, drawn with some. */
const examples: Readonly<Record<string, Picture>> = {
  session: {
    rows: 1,
    bars: [
      { from: 0.03, to: 0.42, row: 0 },
      { from: 0.56, to: 0.9, row: 0 },
    ],
    dots: [0.03, 0.1, 0.16, 0.28, 0.56, 0.63, 0.76],
    edges: [],
  },
  count: {
    rows: 1,
    bars: [
      { from: 0.02, to: 0.3, row: 0 },
      { from: 0.38, to: 0.62, row: 0 },
      { from: 0.7, to: 1, row: 0, isOpenRight: true },
    ],
    dots: [0.02, 0.14, 0.3, 0.38, 0.44, 0.62, 0.7, 0.9],
    edges: [],
  },
  state: {
    rows: 1,
    bars: [
      { from: 0.14, to: 0.46, row: 0 },
      { from: 0.66, to: 0.88, row: 0 },
    ],
    dots: [0.04, 0.14, 0.26, 0.38, 0.46, 0.56, 0.66, 0.77, 0.88, 0.96],
    edges: [],
  },
  last: {
    rows: 3,
    bars: [
      { from: 0.06, to: 0.46, row: 0 },
      { from: 0.3, to: 0.7, row: 1 },
      { from: 0.56, to: 0.96, row: 2 },
    ],
    dots: [0.12, 0.2, 0.34, 0.46, 0.6, 0.7, 0.82, 0.96],
    edges: [],
  },
  global: {
    rows: 1,
    bars: [{ from: 0.04, to: 1, row: 0, isOpenRight: true }],
    dots: [0.04, 0.12, 0.24, 0.3, 0.45, 0.52, 0.64, 0.78, 0.9],
    edges: [],
  },
}
