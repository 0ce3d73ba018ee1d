import type { Log, Timer, Timers } from '@millrace/sdk'
import type { ISubscriptionMap, MqttClient } from 'mqtt'
import type { Qos } from '../wire/packet-type.ts'
import type { Subscription } from './broker.ts'
import type { Inbox } from './inbox.ts'
import { Subscriptions } from './subscriptions.ts'
import { Taker } from './taker.ts'
import type { Subscribing } from './taker.ts'

/** A node that restarts takes its subscription over within this time. */
const takeOverMs = 5000
/** AWS IoT accepts no more in one packet. */
const filtersPerPacket = 8

/** Who takes what, and what the broker is asked for on their behalf. */
export class Subscriber {
  private readonly client: MqttClient
  private readonly inbox: Inbox
  private readonly timers: Timers
  private readonly log: Log
  private readonly onChange: () => void
  private readonly subscriptions = new Subscriptions()
  private readonly endings = new Map<Taker, Timer>()
  private takers: readonly Taker[] = []
  private isConnected = false
  private isSyncing = false
  private unanswered = 0

  constructor(options: {
    readonly client: MqttClient
    readonly inbox: Inbox
    readonly timers: Timers
    readonly log: Log
    /** Somebody paused or resumed, or the broker has answered. */
    readonly onChange: () => void
  }) {
    this.client = options.client
    this.inbox = options.inbox
    this.timers = options.timers
    this.log = options.log
    this.onChange = options.onChange
  }

  get awaitsBroker(): boolean {
    return this.unanswered > 0
  }

  /** Whether a subscription is wanted that the broker has not granted or refused yet. */
  get isAsking(): boolean {
    return this.unanswered > 0 || this.isSyncing
  }

  get isPaused(): boolean {
    return this.takers.some((taker) => taker.state === 'paused')
  }

  subscribe(wants: Subscribing): Subscription {
    const taker = new Taker(wants)
    // A retained message is sent for a new subscription only.
    for (const filter of wants.filters) this.subscriptions.forget(filter)
    this.setTakers([...this.takers, taker])
    this.adopt(taker)
    this.syncSoon()
    return {
      pause: () => this.pause(taker),
      resume: () => this.resume(taker),
      stop: () => this.stop(taker),
      close: () => this.end(taker),
    }
  }

  onConnected(isSessionPresent: boolean): void {
    this.isConnected = true
    this.unanswered = 0
    if (!isSessionPresent) this.subscriptions.forgetAll()
    this.sync()
  }

  onDisconnected(): void {
    this.isConnected = false
    this.unanswered = 0
  }

  close(): void {
    for (const timer of this.endings.values()) timer.cancel()
    this.endings.clear()
  }

  private setTakers(takers: readonly Taker[]): void {
    this.takers = takers
    this.inbox.setTakers(takers)
  }

  private pause(taker: Taker): void {
    if (taker.state === 'running') taker.state = 'paused'
    this.onChange()
  }

  private resume(taker: Taker): void {
    if (taker.state !== 'paused') return
    taker.state = 'running'
    taker.unpark()
    this.onChange()
  }

  private stop(taker: Taker): void {
    if (taker.state === 'replaced') return
    taker.state = 'stopped'
    this.onChange()
  }

  private end(taker: Taker): void {
    this.stop(taker)
    if (taker.state === 'replaced' || this.endings.has(taker)) return
    const timer = this.timers.after(takeOverMs, () => {
      this.endings.delete(taker)
      this.drop(taker)
      this.sync()
    })
    this.endings.set(taker, timer)
  }

  /** Nobody wants its messages any more; the broker need not keep them. */
  private drop(taker: Taker): void {
    this.setTakers(this.takers.filter((other) => other !== taker))
    for (const { settled } of taker.takeParked()) settled()
    taker.releaseWithheld()
  }

  /**
   * Takes over from takers that have stopped and wanted the same, with what waits for them: from
   * here on nothing is kept for them, which the new one gets as well.
   */
  private adopt(taker: Taker): void {
    const { filters } = taker.wants
    const before = this.takers.filter(
      ({ state, wants }) =>
        state === 'stopped' && wants.filters.some((one) => filters.includes(one)),
    )
    for (const stopped of before) {
      this.endings.get(stopped)?.cancel()
      this.endings.delete(stopped)
      stopped.state = 'replaced'
      this.setTakers(this.takers.filter((other) => other !== stopped))
      for (const { batch, settled } of stopped.takeParked()) taker.park(batch, settled)
      stopped.releaseWithheld()
    }
    taker.unpark()
  }

  /** Once for all nodes that start in the same turn. */
  private syncSoon(): void {
    if (this.isSyncing) return
    this.isSyncing = true
    this.onChange()
    this.timers.soon(() => {
      this.isSyncing = false
      this.sync()
      this.onChange()
    })
  }

  private sync(): void {
    if (!this.isConnected) return
    const change = this.subscriptions.change(this.takers)
    this.subscriptions.apply(change)
    const filters = [...change.subscribe]
    for (let at = 0; at < filters.length; at += filtersPerPacket) {
      this.ask(filters.slice(at, at + filtersPerPacket))
    }
    if (change.unsubscribe.length > 0) this.client.unsubscribe([...change.unsubscribe])
  }

  private ask(filters: readonly (readonly [string, Qos])[]): void {
    const map: ISubscriptionMap = Object.create(null) as ISubscriptionMap
    for (const [filter, qos] of filters) map[filter] = { qos }
    this.unanswered += 1
    this.onChange()
    this.client.subscribe(map, {}, (_error, _granted, packet) => {
      this.unanswered = Math.max(0, this.unanswered - 1)
      this.onChange()
      if (packet !== undefined) this.onAnswer(filters, packet.granted)
    })
  }

  private onAnswer(
    filters: readonly (readonly [string, Qos])[],
    granted: readonly unknown[],
  ): void {
    for (const [index, [filter]] of filters.entries()) {
      if (Number(granted[index] ?? 0) < 0x80) continue
      this.log.warn('The broker refused a subscription.', { filter })
      for (const { wants } of this.takers) {
        if (wants.filters.includes(filter)) wants.onRefused(filter)
      }
    }
  }
}
