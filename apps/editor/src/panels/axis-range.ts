interface Ends {
  /** Of the values; null without any. */
  readonly low: number | null
  readonly high: number | null
  readonly min: number | undefined
  readonly max: number | undefined
}

/** A little air above and below the values, unless the ends are set. */
export function rangeOf({ low, high, min, max }: Ends): [number, number] {
  const [from, to] = [low ?? 0, high ?? 1]
  const air = from === to ? Math.max(1, Math.abs(from) * 0.1) : (to - from) * 0.08
  const [start, end] = [min ?? from - air, max ?? to + air]
  return start < end ? [start, end] : [start, start + 1]
}
