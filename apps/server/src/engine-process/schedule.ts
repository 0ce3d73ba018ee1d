import type { Timer } from '@millrace/sdk'

/** The longest delay that a timer of the platform keeps. */
const delayMaxMs = 2 ** 31 - 1

/** Real timers, as the engine wants them. A delay of 0 ends with the present turn of the event loop. */
export function schedule(delayMs: number, run: () => void): Timer {
  if (delayMs <= 0) {
    const immediate = setImmediate(run)
    return { cancel: () => clearImmediate(immediate) }
  }
  if (delayMs > delayMaxMs) return scheduleLater(delayMs, run)
  const timeout = setTimeout(run, delayMs)
  return { cancel: () => clearTimeout(timeout) }
}

function scheduleLater(delayMs: number, run: () => void): Timer {
  let timer = schedule(delayMaxMs, () => {
    timer = schedule(delayMs - delayMaxMs, run)
  })
  return { cancel: () => timer.cancel() }
}
