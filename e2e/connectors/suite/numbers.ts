/** Numbers from `from` on. */
export function range(count: number, from = 0): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at)
}

/** What became of numbers that were handed over for certain. */
export interface Verdict {
  readonly missing: readonly number[]
  readonly repeated: readonly number[]
}

export function judge(wanted: Iterable<number>, found: readonly number[]): Verdict {
  const seen = new Set<number>()
  const repeated = new Set<number>()
  for (const n of found) {
    if (seen.has(n)) repeated.add(n)
    seen.add(n)
  }
  return { missing: [...wanted].filter((n) => !seen.has(n)), repeated: [...repeated] }
}
