import type { Hold } from '../context.ts'

/** A batch in a test: what was sent or delivered together, and whether it is dealt with. */
export interface Delivery {
  readonly isSettled: boolean
  /** The first error with which a hold was released. */
  readonly error: unknown
}

export interface TestHold extends Hold {
  readonly batch: TestBatch
  isReleased: boolean
}

export class TestBatch implements Delivery {
  isSettled = false
  error: unknown = undefined
  private open = 1
  private readonly settled: ((error?: unknown) => void) | undefined

  constructor(settled?: (error?: unknown) => void) {
    this.settled = settled
  }

  hold(): TestHold {
    this.open += 1
    return { kind: 'hold', batch: this, isReleased: false }
  }

  /** Gives back one hold; the one with which the batch began counts as well. */
  release(error?: unknown): void {
    this.error ??= error
    this.open -= 1
    if (this.open > 0 || this.isSettled) return
    this.isSettled = true
    this.settled?.(this.error)
  }
}
