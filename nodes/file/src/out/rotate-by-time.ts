import { lstatSync, rmSync } from 'node:fs'
import { NodeError } from '@millrace/sdk'
import type { Clock } from '@millrace/sdk'
import type { FileInUse, FilePosition, Rotation, RotationState } from './rotation.ts'

interface Options {
  /** With `%Y`, `%m`, `%d`, `%H`, `%M` in it. */
  readonly template: string
  readonly timeZone: string
  /** Gives the absolute path; throws where the flow may not write. */
  readonly placeOf: (path: string) => string
  readonly keep: number
  readonly clock: Clock
  readonly state: RotationState
}

/**
 * The name of the file says the time, and with the time comes another file. Which one is in use is
 * state, and only files that were made here are ever removed.
 */
export class RotateByTime implements Rotation {
  readonly path: string
  private readonly options: Options
  private readonly name: (timeMs: number) => string
  private next: FilePosition | undefined

  constructor(options: Options) {
    this.options = options
    this.name = nameMaker(options)
    const { state, template } = options
    if (state.get('template') !== template) state.clear()
    state.set('template', template)
    const before = state.get('current')
    const current = typeof before === 'string' ? before : this.nameNow()
    this.path = options.placeOf(current)
    state.set('current', current)
  }

  resume(position: number | undefined): number | undefined {
    return position
  }

  decide({ path }: FileInUse): FilePosition | undefined {
    const { state, keep, placeOf } = this.options
    const now = this.nameNow()
    const next = placeOf(now)
    if (next === path) return undefined
    this.next = { path: next, position: sizeOf(next) }
    const before = state.get('current')
    state.set('current', now)
    const made = [...this.made().filter((one) => one !== before), String(before)]
    // More than these were not removed when it was their turn.
    state.set('made', made.slice(-keep - waitingMax))
    return this.next
  }

  exchange(): FilePosition {
    const next = this.next ?? { path: this.path, position: sizeOf(this.path) }
    this.next = undefined
    return next
  }

  settle(): void {}

  removeOld(): void {
    const { keep, state, placeOf } = this.options
    const current = state.get('current')
    const made = this.made().filter((one) => one !== current)
    const old = made.slice(0, Math.max(0, made.length - keep))
    if (old.length === 0) return
    for (const one of old) rmSync(placeOf(one), { force: true })
    state.set('made', made.slice(old.length))
  }

  private made(): readonly string[] {
    const made = this.options.state.get('made')
    return Array.isArray(made) ? made.filter((one) => typeof one === 'string') : []
  }

  private nameNow(): string {
    return this.name(this.options.clock.now())
  }
}

const waitingMax = 100

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** As `strftime` names the parts of a time. */
const parts: ReadonlyMap<string, string> = new Map([
  ['%Y', 'year'],
  ['%m', 'month'],
  ['%d', 'day'],
  ['%H', 'hour'],
  ['%M', 'minute'],
])

function nameMaker({ template, timeZone }: Options): (timeMs: number) => string {
  if (![...parts.keys()].some((part) => template.includes(part))) {
    const text = `The name ${template} says no time: put %Y-%m-%d into it for a file a day, or %Y-%m-%d-%H for one an hour.`
    throw new NodeError('FILE_NAME_WITHOUT_TIME', text)
  }
  const format = dateFormat(timeZone)
  return (timeMs) => {
    const found = new Map(
      format.formatToParts(timeMs).map(({ type, value }) => [type as string, value]),
    )
    return template.replace(/%[YmdHM]/g, (part) => found.get(parts.get(part) ?? '') ?? part)
  }
}

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  const two = '2-digit'
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: timeZone === '' ? 'UTC' : timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
    })
  } catch (error) {
    const text = `The time zone "${timeZone}" is not known; give one such as Europe/Berlin.`
    throw new NodeError('FILE_TIME_ZONE_UNKNOWN', text, { cause: error })
  }
}
