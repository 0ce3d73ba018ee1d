import type { Status } from '@millrace/sdk'
import type { Publication } from '../../wire/publish-encoder.ts'
import type { Broker } from '../broker.ts'
import { InboundBatch } from '../inbound-batch.ts'
import type { Done } from '../outbox.ts'
import type { Subscribing } from '../taker.ts'

/** A handle without a network, for testing the nodes alone. */
export interface FakeBroker extends Broker {
  isOnline: boolean
  readonly published: readonly Publication[]
  readonly waiting: readonly { readonly publication: Publication; readonly done: Done }[]
  readonly subscriptions: readonly { readonly wants: Subscribing; readonly calls: string[] }[]
  /** Sets what `publish` throws. */
  refuse(error: Error): void
  status(status: Status): void
  press(isHigh: boolean): void
  /** Hands messages to the first subscriber as one batch. */
  deliver(
    ...messages: readonly (readonly [topic: string, payload: string | Uint8Array])[]
  ): Promise<unknown>
}

export function fakeBroker(): FakeBroker {
  const published: Publication[] = []
  const waiting: { publication: Publication; done: Done }[] = []
  const subscriptions: { wants: Subscribing; calls: string[] }[] = []
  const statuses = new Set<(status: Status) => void>()
  const pressures = new Set<(isHigh: boolean) => void>()
  let refusal: Error | undefined
  let packetId = 0
  return {
    isOnline: true,
    published,
    waiting,
    subscriptions,
    refuse: (error) => {
      refusal = error
    },
    status: (status) => statuses.forEach((listener) => listener(status)),
    press: (isHigh) => pressures.forEach((listener) => listener(isHigh)),
    deliver: (...messages) =>
      new Promise((resolve) => {
        const batch = new InboundBatch()
        for (const [topic, payload] of messages) {
          const bytes = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload)
          packetId += 1
          const rest = { isRetained: false, properties: undefined, packetId, isRepeated: false }
          batch.add({ topic, bytes, start: 0, end: bytes.length, qos: 1, ...rest })
        }
        subscriptions[0]?.wants.onBatch(batch, resolve)
      }),
    subscribe: (wants) => {
      const calls: string[] = []
      subscriptions.push({ wants, calls })
      const note = (name: string) => () => void calls.push(name)
      return {
        pause: note('pause'),
        resume: note('resume'),
        stop: note('stop'),
        close: note('close'),
      }
    },
    publishNow(publication) {
      if (this.isOnline) published.push(publication)
      return this.isOnline
    },
    publish: (publication, done) => {
      if (refusal !== undefined) throw refusal
      waiting.push({ publication, done })
    },
    onStatus: (listener) => {
      statuses.add(listener)
      return () => statuses.delete(listener)
    },
    onPressure: (listener) => {
      pressures.add(listener)
      return () => pressures.delete(listener)
    },
  }
}
