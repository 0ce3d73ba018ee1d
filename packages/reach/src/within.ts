import type { Timers } from '@millrace/sdk'

export interface Limit {
  readonly timers: Timers
  readonly limitMs: number
}

/**
 * Rejects with `ETIMEDOUT` when `open` has not settled in time. What `open` returns ends what it
 * began, and is called however it goes.
 */
export function within<Result>(
  { timers, limitMs }: Limit,
  open: (resolve: (result: Result) => void, reject: (error: Error) => void) => () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let end: (() => void) | undefined
    let isOver = false
    const finish = (settle: () => void): void => {
      if (isOver) return
      isOver = true
      timer.cancel()
      end?.()
      settle()
    }
    const timer = timers.after(limitMs, () => finish(() => reject(timedOut())))
    try {
      end = open(
        (result) => finish(() => resolve(result)),
        (error) => finish(() => reject(error)),
      )
    } catch (error) {
      finish(() => reject(error instanceof Error ? error : new Error(String(error))))
    }
    // It may have settled before it returned.
    if (isOver) end?.()
  })
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })
}
