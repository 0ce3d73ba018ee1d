import type { Timer } from '@millrace/sdk'
import type { EngineHost } from '../deployment.ts'
import { tickMs } from './origin.ts'
import type { Origin } from './origin.ts'

/** Tells origins that the clock goes on, as long as any of them needs it. */
export class Ticker {
  private readonly host: EngineHost
  private origins: readonly Origin[] = []
  private timer: Timer | undefined

  constructor(host: EngineHost) {
    this.host = host
  }

  /** These origins may need ticks from now on. */
  watch(origins: readonly Origin[]): void {
    this.origins = origins
    if (this.timer === undefined) this.next()
  }

  close(): void {
    this.origins = []
    this.timer?.cancel()
    this.timer = undefined
  }

  private next(): void {
    this.timer = undefined
    if (!this.origins.some((origin) => origin.needsTick)) return
    this.timer = this.host.schedule(tickMs, () => {
      for (const origin of this.origins) if (origin.needsTick) origin.onTick()
      this.next()
    })
  }
}
