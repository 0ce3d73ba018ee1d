import type { LogEntry } from '@millrace/protocol'
import { createSignal } from './signal.ts'

export interface LogView extends LogEntry {
  readonly number: number
  readonly flow: string
}

/** What flows wrote into the log; the newest are kept. */
export interface LogFeed {
  /** Oldest first; the same array until something changes. */
  entries(): readonly LogView[]
  clear(): void
  subscribe(listener: () => void): () => void
}

export const logLimit = 2000

export function createLogFeed(): LogFeed & {
  take(flow: string, entries: readonly LogEntry[]): void
} {
  const signal = createSignal()
  let entries: readonly LogView[] = []
  let number = 0
  return {
    entries: () => entries,
    subscribe: (listener) => signal.subscribe(listener),
    clear() {
      entries = []
      signal.emit()
    },
    take(flow, batch) {
      entries = [...entries, ...batch.map((entry) => ({ ...entry, flow, number: ++number }))]
      entries = entries.slice(-logLimit)
      signal.emit()
    },
  }
}
