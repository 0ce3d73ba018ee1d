import type { Timer, Timers } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'

/** What timers are made of. */
type TimeHost = Pick<EngineHost, 'clock' | 'schedule'>

export interface TimerOwner {
  /** Runs code of the node: what it throws is the node's fault. */
  runAttributed(task: () => void): void
}

/** Tasks put off to the end of the turn; one host timer serves all nodes of a deployment. */
export class Turn {
  private readonly host: TimeHost
  private tasks: { readonly owner: TimerOwner; readonly run: () => void }[] = []

  constructor(host: TimeHost) {
    this.host = host
  }

  putOff(owner: TimerOwner, run: () => void): void {
    this.tasks.push({ owner, run })
    if (this.tasks.length === 1) this.host.schedule(0, () => this.end())
  }

  private end(): void {
    const { tasks } = this
    this.tasks = []
    for (const { owner, run } of tasks) owner.runAttributed(run)
  }
}

/** The timers of one node, which end with it. */
export class NodeTimers implements Timers {
  private readonly host: TimeHost
  private readonly turn: Turn
  private readonly owner: TimerOwner
  private readonly open = new Set<Timer>()
  private isClosed = false

  constructor(host: TimeHost, turn: Turn, owner: TimerOwner) {
    this.host = host
    this.turn = turn
    this.owner = owner
  }

  readonly after = (delayMs: number, run: () => void): Timer => {
    if (this.isClosed) return cancelled
    const inner = this.host.schedule(Math.max(0, delayMs), () => {
      this.open.delete(timer)
      this.owner.runAttributed(run)
    })
    const timer = this.track(() => inner.cancel())
    return timer
  }

  /** Keeps its beat: a late run does not delay the next ones, and missed ones are left out. */
  readonly every = (periodMs: number, run: () => void): Timer => {
    if (this.isClosed) return cancelled
    const period = Math.max(1, periodMs)
    const { clock } = this.host
    let due = clock.monotonic() + period
    let inner: Timer
    const fire = (): void => {
      const now = clock.monotonic()
      due += period * Math.max(1, Math.floor((now - due) / period) + 1)
      inner = this.host.schedule(Math.max(0, due - now), fire)
      this.owner.runAttributed(run)
    }
    inner = this.host.schedule(period, fire)
    return this.track(() => inner.cancel())
  }

  readonly soon = (run: () => void): void => {
    if (this.isClosed) return
    this.turn.putOff(this.owner, () => {
      if (!this.isClosed) run()
    })
  }

  close(): void {
    this.isClosed = true
    for (const timer of this.open) timer.cancel()
  }

  private track(cancel: () => void): Timer {
    const timer: Timer = {
      cancel: () => {
        this.open.delete(timer)
        cancel()
      },
    }
    this.open.add(timer)
    return timer
  }
}

const cancelled: Timer = {
  cancel: () => {
    // The node is closed; nothing was started.
  },
}
