/**
 * One aggregate function. Its state is plain data that survives structured cloning; two states can
 * be merged, so that overlapping windows, sessions and machines can share the work.
 */
export interface Accumulator<State = unknown> {
  /** Whether values must be finite numbers. */
  readonly isNumeric: boolean
  create(): State
  /** The state with a value more; may change and return the given one. Nulls never get here. */
  add(state: State, value: unknown, time: number): State
  /** The state of both; may change and return `into`, and leaves `from` as it is. */
  merge(into: State, from: State): State
  /** Null where nothing was added and the function has no value for nothing. */
  result(state: State): unknown
}

/** Numbers that grew beyond what a number can hold have no value. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
