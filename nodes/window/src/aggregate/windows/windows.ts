import type { KeyedState, Message } from '@millrace/sdk'
import type { Slots } from '../accumulators/accumulator.ts'
import type { Fold } from '../fold.ts'

export type Key = string | number

/** A kind of window: keeps the states of open windows and says when one has a result. */
export interface Windows {
  /** When time has come this far, something happens: a result, or state that is let go. */
  readonly nextAt: number
  /** Goes on from stored state; to be called once, before anything else. */
  takeUp(watermark: number): void
  /** Looks at what of the message decides beside its time; called before `add`. */
  read?(message: Message): void
  /**
   * Adds the message that the fold has read. False when it is late: all windows that it belongs to
   * are gone, and it was not added.
   */
  add(key: Key, time: number): boolean
  /** Event time has come this far; gives the results of windows that end by it. */
  advance(watermark: number): void
}

export interface WindowParts {
  readonly fold: Fold
  /** The open windows of each group, one after the other in a flat list. */
  readonly groups: KeyedState<Slots>
  readonly onResult: (result: WindowResult) => void
}

/** For windows that may have more than one result. */
export interface FiringParts extends WindowParts {
  /** For how long after its end a window still takes messages in, in milliseconds. */
  readonly latenessMs: number
  /** Whether a further result holds only what came since the last one. */
  readonly isDiscarding: boolean
  /** When there are results before the end; undefined for never. */
  readonly early: Early | undefined
}

/** Results before the end, of what has news since the last result. */
export interface Early {
  /** Whenever time comes to a whole number of these; Infinity for never. */
  readonly everyMs: number
  /** Whenever so many messages have come; Infinity for never. */
  readonly everyMessages: number
}

export interface WindowResult {
  readonly key: Key
  /** Null for windows that know no time. */
  readonly start: number | null
  readonly end: number | null
  /** Event time of the result. */
  readonly time: number
  readonly slots: Slots
  /** Where in the slots the state begins. */
  readonly at: number
  /** How far the window reaches by now, where it reaches beyond its last message. */
  readonly until: number | null
  /** Whether it comes before the end. */
  readonly isEarly: boolean
}
