import type { KeyedState } from '@millrace/sdk'
import type { Fold, States } from '../fold.ts'

export type Key = string | number

/** A kind of window: keeps the states of open windows and says when one has a result. */
export interface Windows {
  /** When time has come this far, something happens: a result, or state that is let go. */
  readonly nextAt: number
  /** Goes on from stored state; to be called once, before anything else. */
  takeUp(watermark: number): void
  /**
   * Adds the message that the fold has read. False when it is late: all windows that it belongs to
   * are gone, and it was not added.
   */
  add(key: Key, time: number): boolean
  /** Event time has come this far; gives the results of windows that end by it. */
  advance(watermark: number): void
}

export interface WindowParts<Stored> {
  readonly fold: Fold
  readonly groups: KeyedState<Stored>
  /** For how long after its end a window still takes messages in, in milliseconds. */
  readonly latenessMs: number
  /** Whether a corrected result holds only what came since the last one. */
  readonly isDiscarding: boolean
  readonly onResult: (result: WindowResult) => void
}

export interface WindowResult {
  readonly key: Key
  /** Null for windows that know no time. */
  readonly start: number | null
  readonly end: number | null
  /** Event time of the result. */
  readonly time: number
  readonly states: States
}
