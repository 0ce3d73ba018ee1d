/** The last so many numbers; the oldest is overwritten. */
export interface Recent {
  readonly values: number[]
  /** Where the next one goes once it is full. */
  at: number
}

export function addRecent(recent: Recent, value: number, countMax: number): void {
  if (recent.values.length < countMax) {
    recent.values.push(value)
    return
  }
  recent.values[recent.at] = value
  recent.at = (recent.at + 1) % countMax
}

export interface Summary {
  readonly count: number
  readonly mean: number
  /** Of the sample, divided by count − 1; 0 for a single number. */
  readonly stddev: number
  readonly min: number
  readonly max: number
}

export function summarize(values: readonly number[]): Summary {
  const count = values.length
  let [sum, min, max] = [0, Infinity, -Infinity]
  for (const value of values) {
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  const mean = sum / count
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const stddev = count > 1 ? Math.sqrt(squares / (count - 1)) : 0
  return { count, mean, stddev, min, max }
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  const upper = sorted[half] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2
}

/** The median of the distances from the median. */
export function medianDeviation(values: readonly number[], middle: number): number {
  return median(values.map((value) => Math.abs(value - middle)))
}
