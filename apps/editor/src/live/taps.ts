import type { Shown, TapsBatch } from '@millrace/protocol'
import { createSignal } from './signal.ts'

export interface TappedMessage {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly value: Shown
}

/** A look at what passes on ports (`node:port`): sampled, and only while somebody looks. */
export interface Taps {
  /** Starts to look at a port; the returned function stops. */
  open(port: string): () => void
  /** The messages seen last, oldest first; the same array until one comes. */
  messages(port: string): readonly TappedMessage[]
  /** How many passed that were not sent here. */
  dropped(port: string): number
  subscribe(listener: () => void): () => void
}

/** How many messages are kept of each port. */
export const tapLimit = 50

/** How many ports the server looks at for one editor. */
export const mostTaps = 20

interface Tap {
  lookers: number
  messages: readonly TappedMessage[]
  dropped: number
}

const none: readonly TappedMessage[] = []

export function createTaps(
  request: (ports: readonly string[]) => void,
): Taps & { take(batch: TapsBatch): void; again(): void; clear(): void } {
  const taps = new Map<string, Tap>()
  const signal = createSignal()
  const looked = () => [...taps].filter(([, { lookers }]) => lookers > 0).map(([port]) => port)
  // The latest wins when more are looked at than the server allows.
  const again = () => request(looked().slice(-mostTaps))
  return {
    open(port) {
      const tap = taps.get(port) ?? { lookers: 0, messages: none, dropped: 0 }
      taps.delete(port)
      taps.set(port, tap)
      tap.lookers += 1
      if (tap.lookers === 1) again()
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        tap.lookers -= 1
        if (tap.lookers > 0) return
        if (taps.get(port) === tap) taps.delete(port)
        again()
      }
    },
    messages: (port) => taps.get(port)?.messages ?? none,
    dropped: (port) => taps.get(port)?.dropped ?? 0,
    subscribe: (listener) => signal.subscribe(listener),
    again,
    clear() {
      for (const tap of taps.values()) {
        tap.messages = none
        tap.dropped = 0
      }
      signal.emit()
    },
    take(batch) {
      for (const { port, messages, dropped } of batch.ports) {
        const tap = taps.get(port)
        if (tap === undefined) continue
        tap.messages = [...tap.messages, ...messages].slice(-tapLimit)
        tap.dropped += dropped
      }
      signal.emit()
    },
  }
}
