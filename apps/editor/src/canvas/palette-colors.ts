import type { Category } from '@millrace/sdk/descriptor'

/** The colours of the theme that painted canvases use. */
export interface Colors {
  readonly canvas: string
  readonly panel: string
  readonly line: string
  readonly wire: string
  readonly wireLive: string
  readonly text: string
  readonly textDim: string
  readonly selected: string
  readonly accent: string
  readonly error: string
  readonly warning: string
  tint(category: Category | undefined): string
}

/** Reads them from the page; to be read again when the theme changes. */
export function readColors(element: Element = document.documentElement): Colors {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const tints = new Map<string, string>()
  return {
    canvas: token('canvas'),
    panel: token('panel'),
    line: token('line-strong'),
    wire: token('wire'),
    wireLive: token('wire-live'),
    text: token('text'),
    textDim: token('text-dim'),
    selected: token('selected'),
    accent: token('accent'),
    error: token('error'),
    warning: token('warning'),
    tint(category = 'connections') {
      const known = tints.get(category) ?? token(`tint-${category}`)
      tints.set(category, known)
      return known
    },
  }
}
