import type { OperatingError, Status, Timer } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'

/** At most one line in the log per node and this long. */
const logEveryMs = 1_000
/** A node that has had no more errors for this long shows its own status again. */
const shownForMs = 10_000

/** Makes errors that no wire takes visible, without drowning the log. */
export class FailureNotes {
  private readonly host: EngineHost
  private readonly node: string
  private loggedAt = -Infinity
  private unlogged = 0
  private timer: Timer | undefined
  private failedAt = -Infinity
  private own: Status = { state: 'idle', text: '' }

  constructor(host: EngineHost, node: string) {
    this.host = host
    this.node = node
  }

  /** The node says how it is. */
  ownStatus(status: Status): void {
    const text = status.text.length > 200 ? `${status.text.slice(0, 199)}…` : status.text
    this.own = { state: status.state, text }
    this.host.status(this.node, this.own)
  }

  note(error: OperatingError): void {
    this.failedAt = this.host.clock.monotonic()
    this.log(error)
    if (this.timer !== undefined) return
    this.host.status(this.node, { state: 'error', text: error.message.slice(0, 200) })
    this.watch(shownForMs)
  }

  close(): void {
    if (this.timer === undefined) return
    this.timer.cancel()
    this.timer = undefined
    // What takes the place of this node begins without its errors.
    this.host.status(this.node, this.own)
  }

  private log(error: OperatingError): void {
    const now = this.failedAt
    if (now - this.loggedAt < logEveryMs) {
      this.unlogged += 1
      return
    }
    const more = this.unlogged > 0 ? { alsoNotLogged: this.unlogged } : {}
    this.loggedAt = now
    this.unlogged = 0
    this.host.log({
      time: this.host.clock.now(),
      level: 'error',
      text: error.message,
      node: this.node,
      details: { code: error.code, ...more },
    })
  }

  private watch(forMs: number): void {
    this.timer = this.host.schedule(forMs, () => {
      this.timer = undefined
      const restMs = shownForMs - (this.host.clock.monotonic() - this.failedAt)
      if (restMs > 0) this.watch(restMs)
      else this.host.status(this.node, this.own)
    })
  }
}
