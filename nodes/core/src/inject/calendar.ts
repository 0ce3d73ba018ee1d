import { Cron } from 'croner'
import { NodeError } from '@millrace/sdk'
import type { Clock, Timers } from '@millrace/sdk'

/** Longest stretch slept through, so that a clock that was set is noticed. */
const sleepMaxMs = 60_000

export interface Calendar {
  readonly cron: string
  readonly timeZone: string
}

/** Runs `tick` whenever the cron expression says so, by the given clock; ends with the timers. */
export function calendar(
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  when: Calendar,
  tick: () => void,
): void {
  const next = nextTimes(when)
  let due = next(clock.now())
  const sleep = (): void => {
    if (due !== null) timers.after(Math.min(Math.max(0, due - clock.now()), sleepMaxMs), wake)
  }
  const wake = (): void => {
    const now = clock.now()
    if (due !== null && now >= due) {
      // Before the tick, which may throw: the calendar goes on.
      due = next(now)
      sleep()
      tick()
      return
    }
    // A clock that was set back must not wait for the time it had before.
    due = next(now)
    sleep()
  }
  sleep()
}

/** Gives the next time after a time, or null when there is none. */
function nextTimes({ cron, timeZone }: Calendar): (after: number) => number | null {
  const pattern = parse(cron, timeZone)
  return (after) => pattern.nextRun(new Date(after))?.getTime() ?? null
}

function parse(cron: string, timeZone: string): Cron {
  try {
    const pattern = new Cron(cron, timeZone === '' ? {} : { timezone: timeZone })
    // The time zone is looked at only when a time is asked for.
    pattern.nextRun(new Date(0))
    return pattern
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NodeError('INJECT_BAD_SCHEDULE', `The schedule "${cron}" is not usable: ${reason}`, {
      cause,
    })
  }
}
