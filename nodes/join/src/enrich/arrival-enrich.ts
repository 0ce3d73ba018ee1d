import type { Message, Operator } from '@millrace/sdk'
import { Enrichment } from './enrichment.ts'
import type { EnrichContext } from './enrichment.ts'

/** Adds what is known when a message comes. */
export class ArrivalEnrich implements Operator {
  private readonly context: EnrichContext
  private readonly enrichment: Enrichment
  private now = -Infinity
  private isReady = false

  constructor(context: EnrichContext) {
    this.context = context
    this.enrichment = new Enrichment(context, 'arrival')
  }

  onMessage(message: Message, input: number): void {
    this.ready()
    // A clock that was set back stands still until it has caught up.
    this.now = Math.max(this.now, this.context.clock.now())
    const { enrichment, now } = this
    if (input === 0) enrichment.send(message, enrichment.keyOf(message), now)
    else {
      enrichment.versions.expire(now)
      enrichment.takeValue(message, now, Infinity)
    }
  }

  private ready(): void {
    if (this.isReady) return
    this.isReady = true
    this.enrichment.takeUp()
    for (const { time } of this.enrichment.versions.all()) this.now = Math.max(this.now, time)
  }
}
