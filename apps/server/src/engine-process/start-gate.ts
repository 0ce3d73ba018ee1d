export interface StartGateOptions {
  /** So many may start at the same time. */
  readonly places: number
  /** After so long a start no longer keeps others waiting. */
  readonly patienceMs: number
}

/**
 * Lets a few flows start at a time. All at once they would start no sooner, and take the processor
 * from each other for so long that they could not be told from flows that are stuck.
 */
export class StartGate {
  private readonly options: StartGateOptions
  private readonly waiting: (() => void)[] = []
  private taken = 0

  constructor(options: StartGateOptions) {
    this.options = options
  }

  /** In the order of the calls. */
  async run<Result>(start: () => Promise<Result>): Promise<Result> {
    if (this.taken < this.options.places) this.taken += 1
    else await new Promise<void>((resolve) => void this.waiting.push(resolve))
    let isLeft = false
    const leave = (): void => {
      if (!isLeft) this.leave()
      isLeft = true
    }
    const timer = setTimeout(leave, this.options.patienceMs)
    try {
      return await start()
    } finally {
      clearTimeout(timer)
      leave()
    }
  }

  /** The place goes to who waits longest. */
  private leave(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.taken -= 1
    else next()
  }
}
