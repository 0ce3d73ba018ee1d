import { NodeError } from '@millrace/sdk'
import { calendarOf } from '@millrace/sdk/windows'
import type { Calendar, CalendarUnit } from '@millrace/sdk/windows'

export interface QuietRules {
  /** Time of day, such as `22:00`. */
  readonly quietFrom: string
  readonly quietTo: string
  readonly isWeekendQuiet: boolean
  /** An IANA name; that of the machine when empty. */
  readonly timeZone: string
}

/** When the quiet time that there is at `now` ends, or null where it is not quiet. */
export type QuietHours = (now: number) => number | null

export const neverQuiet: QuietHours = () => null

/** A stretch that comes again and again, from where one calendar cuts time to where another does. */
interface Stretch {
  readonly begins: Calendar
  readonly ends: Calendar
}

export function quietHours(rules: QuietRules): QuietHours {
  const timeZone = rules.timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone
  const cut = (unit: CalendarUnit, offsetMs: number): Calendar => {
    try {
      return calendarOf({ unit, timeZone, offsetMs })
    } catch (cause) {
      throw new NodeError('NOTIFY_TIME_ZONE', `There is no time zone "${timeZone}".`, { cause })
    }
  }
  const [from, to] = [timeOfDayMs(rules.quietFrom), timeOfDayMs(rules.quietTo)]
  const stretches: Stretch[] = []
  if (from !== to) stretches.push({ begins: cut('day', from), ends: cut('day', to) })
  // Weeks begin on Monday.
  if (rules.isWeekendQuiet) stretches.push({ begins: cut('week', 5 * dayMs), ends: cut('week', 0) })
  return (now) => endOf(stretches, now)
}

/** A night that runs into a weekend ends with it. */
function endOf(stretches: readonly Stretch[], now: number): number | null {
  let end: number | null = null
  for (let joined = 0; joined < joinedMax; joined += 1) {
    const at: number = end ?? now
    const further = stretches.map((stretch) => stretchEnd(stretch, at)).filter((one) => one > at)
    if (further.length === 0) return end
    end = Math.max(...further)
  }
  return end
}

const joinedMax = 4

/** When the stretch that holds `now` ends; no later time where none does. */
function stretchEnd({ begins, ends }: Stretch, now: number): number {
  const index = ends.indexOf(now)
  const isWithin = begins.startOf(begins.indexOf(now)) > ends.startOf(index)
  return isWithin ? ends.startOf(index + 1) : now
}

const dayMs = 86_400_000

function timeOfDayMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}
