/** A message that a node could not handle, put aside for a person to look at. */
export interface DeadLetter {
  readonly node: string
  /** Index of the input by which the node got it; a source made it itself. */
  readonly input: number
  /** As it was when it came to the node. */
  readonly message: unknown
  readonly error: { readonly code: string; readonly message: string }
  /** Processing time, in milliseconds since the epoch. */
  readonly failedAt: number
  /** How often the node was given it. */
  readonly attempts: number
}

/** Keeps dead letters. Made by the host; all calls come from the thread that runs the deployment. */
export interface DeadLetters {
  /** Takes the letter at once; `stored` is called when it is safe, or with what kept it from that. */
  put(letter: DeadLetter, stored: (error?: unknown) => void): void
  /** A letter that was given to its node again, and dealt with. */
  remove(number: number): void
}

/** The action by which a letter is given to its node again; its argument is a `LetterReplay`. */
export const replayAction = 'millrace:replay'

export interface LetterReplay {
  /** Number of the letter in its store. */
  readonly letter: number
  readonly input: number
  readonly message: unknown
}
