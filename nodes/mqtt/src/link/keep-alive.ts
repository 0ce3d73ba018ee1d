import type { Timer, Timers } from '@millrace/sdk'

interface Pinging {
  sendPing(): void
}

/**
 * Pings twice in each keep-alive period and finds out when the broker has fallen silent. Anything
 * heard counts, not just the answers to pings: those may be far behind in a full socket.
 */
export class KeepAlive {
  private readonly client: Pinging
  private readonly timers: Timers
  private readonly onTick: () => void
  private timer: Timer | undefined
  private silentTicks = 0

  constructor(options: {
    readonly client: Pinging
    readonly timers: Timers
    /** Due for a look at whether the broker was heard; answers with `tick`. */
    readonly onTick: () => void
  }) {
    this.client = options.client
    this.timers = options.timers
    this.onTick = options.onTick
  }

  start(keepAliveMs: number): void {
    this.stop()
    this.silentTicks = 0
    if (keepAliveMs > 0) this.timer = this.timers.every(keepAliveMs / 2, this.onTick)
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  /** Gives whether the broker still counts as being there. */
  tick(isHeard: boolean): boolean {
    this.silentTicks = isHeard ? 0 : this.silentTicks + 1
    if (this.silentTicks > silentTicksMax) return false
    this.client.sendPing()
    return true
  }
}

/** One and a half keep-alive periods. */
const silentTicksMax = 3
