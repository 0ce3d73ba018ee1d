import type { Qos } from '../wire/packet-type.ts'
import type { Taker } from './taker.ts'

/** What it takes to make the broker's subscriptions those that are wanted. */
export interface SubscriptionChange {
  readonly subscribe: ReadonlyMap<string, Qos>
  readonly unsubscribe: readonly string[]
}

/** The filters subscribed at the broker, beside those that takers want. */
export class Subscriptions {
  private active = new Map<string, Qos>()

  change(takers: readonly Taker[]): SubscriptionChange {
    const wanted = wantedFilters(takers)
    const subscribe = new Map(
      [...wanted].filter(([filter, qos]) => this.active.get(filter) !== qos),
    )
    const unsubscribe = [...this.active.keys()].filter((filter) => !wanted.has(filter))
    return { subscribe, unsubscribe }
  }

  /** The change was asked for; what the broker refuses is told to `forget`. */
  apply({ subscribe, unsubscribe }: SubscriptionChange): void {
    for (const [filter, qos] of subscribe) this.active.set(filter, qos)
    for (const filter of unsubscribe) this.active.delete(filter)
  }

  forget(filter: string): void {
    this.active.delete(filter)
  }

  forgetAll(): void {
    this.active.clear()
  }
}

function wantedFilters(takers: readonly Taker[]): Map<string, Qos> {
  const wanted = new Map<string, Qos>()
  for (const { wants } of takers) {
    for (const filter of wants.filters) {
      const before = wanted.get(filter) ?? 0
      wanted.set(filter, before > wants.qos ? before : wants.qos)
    }
  }
  return wanted
}
