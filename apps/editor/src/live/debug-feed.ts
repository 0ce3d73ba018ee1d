import type { DebugBatch, DebugEntry } from '@millrace/protocol'
import { createSignal } from './signal.ts'

/** One entry as kept, with a number that grows. */
export interface DebugView extends DebugEntry {
  readonly number: number
  readonly flow: string
}

/** What debug nodes showed; the newest are kept. */
export interface DebugFeed {
  /** Oldest first; the same array until something changes. */
  entries(): readonly DebugView[]
  /** How many messages were not shown, because there were too many. */
  dropped(): number
  clear(): void
  /** A paused feed keeps what it has and counts what passes by. */
  setPaused(isPaused: boolean): void
  isPaused(): boolean
  subscribe(listener: () => void): () => void
}

/** How many entries are kept. */
export const debugLimit = 2000

export function createDebugFeed(): DebugFeed & { take(batch: DebugBatch): void } {
  const signal = createSignal()
  let entries: readonly DebugView[] = []
  let dropped = 0
  let isPaused = false
  let number = 0
  return {
    entries: () => entries,
    dropped: () => dropped,
    isPaused: () => isPaused,
    subscribe: (listener) => signal.subscribe(listener),
    clear() {
      entries = []
      dropped = 0
      signal.emit()
    },
    setPaused(paused) {
      isPaused = paused
      signal.emit()
    },
    take(batch) {
      for (const count of Object.values(batch.dropped)) dropped += count
      if (isPaused) dropped += batch.entries.length
      else if (batch.entries.length > 0) {
        const numbered = batch.entries.map((entry) => ({
          ...entry,
          flow: batch.flow,
          number: ++number,
        }))
        entries = [...entries, ...numbered].slice(-debugLimit)
      }
      signal.emit()
    },
  }
}
