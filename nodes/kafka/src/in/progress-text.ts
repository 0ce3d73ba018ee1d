import type { Partition } from './partition.ts'

/** Such as "Reads orders 0–2, 5 · 120 behind"; also what was deleted before it was read. */
export function progressText(
  topics: readonly string[],
  partitions: readonly Partition[],
  missed: number,
): string {
  if (partitions.length === 0) return `Waits for partitions of ${topics.join(', ')}`
  const shares = [...Map.groupBy(partitions, ({ topic }) => topic)].map(
    ([topic, own]) => `${topic} ${listOf(own.map(({ partition }) => partition))}`,
  )
  const lags = partitions.map(({ lag }) => lag)
  const lag = lags.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  const behind = lags.includes(undefined) ? '' : ` · ${lag} behind`
  const deleted = missed === 0 ? '' : ` · ${missed} deleted before they were read`
  return `Reads ${shares.join(', ')}${behind}${deleted}`
}

/** 0, 1, 2, 5 as "0–2, 5". */
function listOf(numbers: readonly number[]): string {
  const runs: [number, number][] = []
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const last = runs.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else runs.push([number, number])
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
}
