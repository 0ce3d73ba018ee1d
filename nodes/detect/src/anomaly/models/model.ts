/** What a value would be if nothing is wrong. */
export interface Expectation {
  readonly expected: number
  /** Standard deviation, or what stands for it. */
  readonly deviation: number
}

/** What is usual, learned value by value; its state is plain data. */
export interface Model<State> {
  readonly create: () => State
  /** Null until enough was learned. */
  readonly expect: (state: State, time: number) => Expectation | null
  readonly learn: (state: State, value: number, time: number) => void
  /** The value is not to be learned from, but its time has passed. */
  readonly skip: (state: State) => void
}

export const ignore = (): void => undefined
