import { filterMatches } from '../wire/topic-filter.ts'
import type { Qos } from '../wire/packet-type.ts'
import { InboundBatch } from './inbound-batch.ts'

/** Called with each batch; `settled` is to be called once the flow has dealt with it. */
export type OnBatch = (batch: InboundBatch, settled: (error?: unknown) => void) => void

export interface Subscribing {
  readonly filters: readonly string[]
  readonly qos: Qos
  readonly onBatch: OnBatch
  /** The broker does not let us have one of the filters. */
  readonly onRefused: (filter: string) => void
  /** The broker knows nothing of what was sent before; packet ids begin anew. */
  readonly onNewSession?: () => void
}

interface Parked {
  readonly batch: InboundBatch
  readonly settled: (error?: unknown) => void
}

/** One that takes messages: what it wants, and what waits for it while it is paused. */
export class Taker {
  /** Of one that is replaced, another has taken over what comes. */
  state: 'running' | 'paused' | 'stopped' | 'replaced' = 'running'
  readonly wants: Subscribing
  /** What the present read has brought. */
  readonly batch = new InboundBatch()
  /** Bytes of payload that wait. */
  parkedBytes = 0
  private parked: Parked[] = []
  private withheld: (() => void)[] = []

  constructor(wants: Subscribing) {
    this.wants = wants
  }

  matches(topic: string): boolean {
    return this.wants.filters.some((filter) => filterMatches(filter, topic))
  }

  hand(settled: (error?: unknown) => void): void {
    this.wants.onBatch(this.batch, settled)
  }

  park(batch: InboundBatch, settled: (error?: unknown) => void): void {
    this.parkedBytes += batch.payloadBytes
    this.parked.push({ batch, settled })
  }

  /** Hands over what waited, unless that makes it pause again. */
  unpark(): void {
    while (this.state === 'running') {
      const next = this.parked.shift()
      if (next === undefined) return
      this.parkedBytes -= next.batch.payloadBytes
      this.wants.onBatch(next.batch, next.settled)
    }
  }

  takeParked(): readonly Parked[] {
    const { parked } = this
    this.parked = []
    this.parkedBytes = 0
    return parked
  }

  /** What was given up as the node ended: acknowledged only when it is known not to come again. */
  withhold(settle: () => void): void {
    this.withheld.push(settle)
  }

  releaseWithheld(): void {
    const { withheld } = this
    this.withheld = []
    for (const settle of withheld) settle()
  }
}
