/**
 * The state of one group and stretch of time: all its results, and what the window itself notes,
 * side by side in one flat list, so that a group costs one object. It survives structured cloning.
 */
export type Slots = unknown[]

/**
 * One aggregate function. Its state takes as many slots as `initial` has, from a place that it is
 * told; two states can be merged, so that overlapping windows, sessions and machines can share the
 * work.
 */
export interface Accumulator {
  /** Whether values must be finite numbers. */
  readonly isNumeric: boolean
  /** Slots to which nothing was added yet. */
  readonly initial: readonly (number | null)[]
  /** Adds a value. Nulls never get here. */
  add(slots: Slots, at: number, value: unknown, time: number): void
  /** Adds all of `from`, which came later where order matters, and leaves it as it is. */
  merge(slots: Slots, at: number, from: Slots, fromAt: number): void
  /**
   * Null where nothing was added and the function has no value for nothing. `until` is how far the
   * window reaches, where it reaches beyond its last message.
   */
  result(slots: Slots, at: number, until: number | null): unknown
}

/** What a row of the form says beside the function. */
export interface AggregateSettings {
  /** Of a percentile, between 0 and 100. */
  readonly percent: number
  /** Of a list, the most values that are kept. */
  readonly most: number
}

/** Numbers that grew beyond what a number can hold have no value. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Slots hold what was put into them; the functions know which of theirs are numbers. */
export function numberAt(slots: Slots, at: number): number {
  return slots[at] as number
}
