/** The part of the page for what opens over the others, so that it is in a landmark too. */
export function overlays(): HTMLElement | null {
  return document.querySelector<HTMLElement>('#overlays')
}
