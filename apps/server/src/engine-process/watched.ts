/** What of a flow somebody looks at; nothing else of it is gathered. */
export interface Watched {
  /** Whether counters and statuses are wanted. Statuses then come in full at once. */
  readonly isWatched: boolean
  /** Nodes whose debug reports are wanted; null means all of them. */
  readonly debugNodes: readonly string[] | null
  /** Output ports (`node:port`) whose messages are wanted. */
  readonly taps: readonly string[]
}

export const nothingWatched: Watched = { isWatched: false, debugNodes: [], taps: [] }
