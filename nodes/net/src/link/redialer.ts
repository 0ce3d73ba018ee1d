import type { Status, Timer, Timers } from '@millrace/sdk'
import { retryWaitMs } from '@millrace/web'

/** What a connection says of itself, each at most once, `closed` last. */
export interface DialEvents {
  opened(): void
  closed(error?: unknown): void
}

/** Begins to open a connection; what it gives back ends it, in whatever state it is. */
export type Dial = (events: DialEvents) => () => void

export interface RedialerOptions {
  readonly timers: Timers
  readonly status: (status: Status) => void
  /** Such as `host:port`, for the status. */
  readonly place: string
  /** A sentence for what kept the connection from being made, or broke it. */
  readonly explain: (error: unknown) => string
  readonly connectTimeoutMs: number
  readonly dial: Dial
  /** For status texts that say more once it is open. */
  readonly openText?: () => string
}

/** Keeps a connection open for ever: what breaks is opened again, later and later up to 30 s. */
export class Redialer {
  private readonly options: RedialerOptions
  private failures = 0
  private timer: Timer | undefined
  private end: (() => void) | undefined
  private isStopped = false

  constructor(options: RedialerOptions) {
    this.options = options
  }

  start(): void {
    const { status, place } = this.options
    status({ state: 'connecting', text: `Connects to ${place}`.slice(0, 200) })
    this.dial()
  }

  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
    this.end?.()
    this.end = undefined
  }

  private dial(): void {
    const { timers, connectTimeoutMs, status, place, openText } = this.options
    let isDone = false
    const limit = timers.after(connectTimeoutMs, () => {
      end()
      closed(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    })
    const closed = (error?: unknown): void => {
      if (isDone) return
      isDone = true
      limit.cancel()
      this.end = undefined
      if (!this.isStopped) this.later(error)
    }
    const opened = (): void => {
      limit.cancel()
      if (isDone || this.isStopped) return
      this.failures = 0
      status({ state: 'ok', text: (openText?.() ?? `Connected to ${place}`).slice(0, 200) })
    }
    const end = this.options.dial({ opened, closed })
    this.end = end
  }

  private later(error: unknown): void {
    const { timers, status, place, explain } = this.options
    this.failures += 1
    const waitMs = retryWaitMs(this.failures, Math.random())
    const why = error === undefined ? `${place} closed the connection.` : explain(error)
    status({ state: 'error', text: `${why} Tries again.`.slice(0, 200) })
    this.timer = timers.after(waitMs, () => this.dial())
  }
}
