import { StoreError } from '../store-error.ts'

/** Samples of one series in order of time; of what was rolled up also what it was made of. */
export interface Samples {
  readonly count: number
  /** When the last of a sample's points was, in milliseconds since the epoch. */
  readonly times: Float64Array
  /** The last value. */
  readonly values: Float64Array
  /** Absent where every sample is one point. */
  readonly rolled?: Rolled | undefined
}

export interface Rolled {
  readonly counts: Float64Array
  readonly sums: Float64Array
  readonly lows: Float64Array
  readonly highs: Float64Array
}

/** What a query may still read. */
export interface Budget {
  samples: number
}

export function spendSample(budget: Budget): void {
  budget.samples -= 1
  if (budget.samples >= 0) return
  throw new StoreError(
    'STORE_TOO_MUCH',
    'The query reads too many samples; ask for fewer series or a shorter time',
  )
}

/** Gathers the samples of a series. */
export class SampleBuffer {
  #times = new Float64Array(256)
  #values = new Float64Array(256)
  #rolled: Rolled | undefined
  #count = 0

  add(time: number, value: number): void {
    if (this.#count === this.#times.length) this.#grow()
    const at = this.#count
    this.#times[at] = time
    this.#values[at] = value
    if (this.#rolled !== undefined) setRolled(this.#rolled, at, [1, value, value, value])
    this.#count += 1
  }

  addRolled(
    time: number,
    value: number,
    parts: readonly [count: number, sum: number, low: number, high: number],
  ): void {
    this.#rolled ??= this.#startRolled()
    this.add(time, value)
    setRolled(this.#rolled, this.#count - 1, parts)
  }

  samples(): Samples {
    return { count: this.#count, times: this.#times, values: this.#values, rolled: this.#rolled }
  }

  #startRolled(): Rolled {
    const make = (): Float64Array => new Float64Array(this.#times.length)
    const rolled = { counts: make(), sums: make(), lows: make(), highs: make() }
    for (let at = 0; at < this.#count; at += 1) {
      const value = this.#values[at] ?? 0
      setRolled(rolled, at, [1, value, value, value])
    }
    return rolled
  }

  #grow(): void {
    this.#times = doubled(this.#times)
    this.#values = doubled(this.#values)
    if (this.#rolled === undefined) return
    const { counts, sums, lows, highs } = this.#rolled
    this.#rolled = {
      counts: doubled(counts),
      sums: doubled(sums),
      lows: doubled(lows),
      highs: doubled(highs),
    }
  }
}

function setRolled(
  { counts, sums, lows, highs }: Rolled,
  at: number,
  [count, sum, low, high]: readonly [number, number, number, number],
): void {
  counts[at] = count
  sums[at] = sum
  lows[at] = low
  highs[at] = high
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}
