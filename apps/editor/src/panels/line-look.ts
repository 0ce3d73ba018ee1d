import type { SeriesByName } from './series.ts'

const hues = [225, 45, 155, 310, 95, 5, 265, 190]
const styles = ['solid', 'dashed', 'dotted'] as const
const dashes = { solid: [], dashed: [6, 4], dotted: [2, 3] } as const

export type LineStyle = (typeof styles)[number]

export function lineColor(index: number): string {
  const isDark = document.documentElement.dataset['theme'] === 'dark'
  return `oklch(${isDark ? 0.76 : 0.58} 0.12 ${hues[index % hues.length]})`
}

/** Where there are more lines than colours, a colour comes again broken up. */
export function lineStyle(index: number): LineStyle {
  return styles[Math.floor(index / hues.length) % styles.length] ?? 'solid'
}

/** Pixels drawn and left out, in turns. */
export function dashOf(index: number): number[] {
  return [...dashes[lineStyle(index)]]
}

/** In the order of their names, so that a line is where it was and has the colour that it had. */
export function inOrderOfNames(series: SeriesByName): SeriesByName {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]) =>
    a.localeCompare(b, 'en', { numeric: true })
  return new Map([...series].toSorted(byName))
}
