import type { SourceContext } from '@millrace/sdk'

/**
 * Counts who was turned away, and shows it, once a second at most: nobody who is not let in should
 * fill a log. `text` is what the status says beside it.
 */
export function deniedCount(
  { status, timers }: Pick<SourceContext, 'status' | 'timers'>,
  text: string,
): () => void {
  let denied = 0
  let isWaiting = false
  const show = (): void => {
    isWaiting = false
    const told = `${text.slice(0, 150)}; ${denied} refused with 401`
    status({ state: 'warning', text: told })
  }
  return () => {
    denied += 1
    if (isWaiting) return
    isWaiting = true
    timers.after(shownAfterMs, show)
  }
}

const shownAfterMs = 1000
