/** Mean and variance that follow the numbers one by one. */
export interface Moments {
  count: number
  mean: number
  /** Of the population: divided by count where all weigh the same. */
  variance: number
}

export function noMoments(): Moments {
  return { count: 0, mean: 0, variance: 0 }
}

/**
 * Gives the newest number at least this weight, and all that came before the rest. With weight 0 all
 * numbers weigh the same (Welford); otherwise that is so at the start, until one in so many would
 * weigh less (exponentially weighted: West, 1979; Finch, 2009).
 */
export function addMoment(moments: Moments, value: number, weight: number): void {
  moments.count += 1
  const share = Math.max(weight, 1 / moments.count)
  const distance = value - moments.mean
  moments.mean += share * distance
  moments.variance = (1 - share) * (moments.variance + share * distance * distance)
}

export function sampleDeviation({ count, variance }: Moments): number {
  return count > 1 ? Math.sqrt((variance * count) / (count - 1)) : 0
}
