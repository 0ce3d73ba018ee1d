/** What becomes of what a source takes in while the flow is behind. */
export interface Overflow {
  readonly policy: 'block' | 'spill' | 'dropNewest' | 'dropOldest'
  /** Records that may wait in the log; Infinity where nothing is dropped. */
  readonly keepMax: number
}

/** Reads the fields that a source with `overflowFields` has. */
export function overflowOf(config: Readonly<Record<string, unknown>>): Overflow {
  const { overflow, overflowKeep } = config
  switch (overflow) {
    case 'spill':
      return { policy: overflow, keepMax: Infinity }
    case 'dropNewest':
    case 'dropOldest':
      return { policy: overflow, keepMax: typeof overflowKeep === 'number' ? overflowKeep : 0 }
    default:
      return { policy: 'block', keepMax: Infinity }
  }
}
