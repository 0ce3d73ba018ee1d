import type { EngineEvent, FlowReports } from './messages.ts'

/** Events on their way at once, over which first what is volatile is left out, then all reports. */
const busyAt = 64
const fullAt = 1_024

/**
 * Sends events to the server. One that is too busy to read them costs it what it would have shown,
 * never this process its memory.
 */
export class EventChannel {
  private readonly write: (event: EngineEvent, done: () => void) => void
  private underWay = 0

  /** `write` calls `done` when the event has been taken, or will never be. */
  constructor(write: (event: EngineEvent, done: () => void) => void) {
    this.write = write
  }

  send(event: EngineEvent): void {
    const bounded = event.kind === 'reports' ? this.bounded(event) : event
    if (bounded === undefined) return
    this.underWay += 1
    this.write(bounded, () => (this.underWay -= 1))
  }

  private bounded(event: Extract<EngineEvent, { kind: 'reports' }>): EngineEvent | undefined {
    if (this.underWay < busyAt) return event
    if (this.underWay >= fullAt) return undefined
    const batch = lasting(event.batch)
    return Object.keys(batch).length === 0 ? undefined : { ...event, batch }
  }
}

/** What is not said again a moment later. */
function lasting({ debug: _debug, taps: _taps, ...rest }: FlowReports): FlowReports {
  return rest
}
