import type { Status } from '@millrace/sdk'
import type { Publication } from '../wire/publish-encoder.ts'
import type { Done } from './outbox.ts'
import type { Subscribing } from './taker.ts'

/** What the nodes of a flow share: one network connection to a broker. */
export interface Broker {
  subscribe(wants: Subscribing): Subscription
  /** For QoS 0: gives whether it was written at once; otherwise `publish` can keep it. */
  publishNow(publication: Publication): boolean
  /**
   * Publishes when that is possible and calls `done` once, when it was written (QoS 0) or confirmed
   * (QoS 1 and 2). Throws a `NodeError` when there is no room for it.
   */
  publish(publication: Publication, done: Done): void
  /** Called at once with the present status, then with each change, until the result is called. */
  onStatus(listener: (status: Status) => void): () => void
  /** Called when publishing should slow down (true) or may go on (false). */
  onPressure(listener: (isHigh: boolean) => void): () => void
}

export interface Subscription {
  /** No batch is handed over until `resume`. */
  pause(): void
  resume(): void
  /** No batch is handed over any more, and what comes is not acknowledged. */
  stop(): void
  /** Ends the subscription at the broker too, unless another node takes it over soon. */
  close(): void
}
