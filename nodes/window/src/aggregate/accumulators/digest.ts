/**
 * A sketch of a set of numbers from which quantiles are read: up to `exactMax` numbers as they are,
 * then a merging t-digest (Dunning and Ertl 2019) with the scale function k1. Plain data: pairs of
 * mean and weight in order, and numbers that are not worked in yet.
 */
export interface Digest {
  /** Mean, weight, mean, weight, …; by mean. Empty while all numbers are kept as they are. */
  centroids: number[]
  /** Numbers in the order in which they came. */
  fresh: number[]
  min: number
  max: number
}

/** Up to this many numbers quantiles are exact. */
export const exactMax = 1024

/** At most about twice as many centroids are kept; the error of a median is below 1 % of rank. */
const compression = 200

export function newDigest(): Digest {
  return { centroids: [], fresh: [], min: Infinity, max: -Infinity }
}

export function addNumber(digest: Digest, value: number): void {
  digest.fresh.push(value)
  if (value < digest.min) digest.min = value
  if (value > digest.max) digest.max = value
  if (digest.fresh.length > exactMax) compress(digest)
}

export function mergeDigest(into: Digest, from: Digest): void {
  for (const value of from.fresh) into.fresh.push(value)
  for (const part of from.centroids) into.centroids.push(part)
  into.min = Math.min(into.min, from.min)
  into.max = Math.max(into.max, from.max)
  if (from.centroids.length > 0 || into.fresh.length > exactMax) compress(into)
}

/**
 * The number that a part `q` of all are not above, between neighbours in proportion, as SQL's
 * PERCENTILE_CONT. Null for none.
 */
export function quantile(digest: Digest, q: number): number | null {
  const { centroids, fresh } = digest
  if (centroids.length === 0) return exactQuantile(fresh, q)
  return estimate(fresh.length === 0 ? digest : compressed(digest), q)
}

function exactQuantile(values: readonly number[], q: number): number | null {
  const sorted = Float64Array.from(values).toSorted()
  const place = q * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]
  if (low === undefined) return null
  const high = sorted[below + 1] ?? low
  return place === below ? low : low + (high - low) * (place - below)
}

/** Each centroid stands at the middle of its weight; the smallest and greatest number are known. */
function estimate({ centroids, min, max }: Digest, q: number): number {
  let total = 0
  for (let at = 1; at < centroids.length; at += 2) total += centroids[at] ?? 0
  const wanted = q * total
  let before = 0
  let place = 0
  let value = min
  for (let at = 0; at < centroids.length; at += 2) {
    const mean = centroids[at] ?? 0
    const weight = centroids[at + 1] ?? 0
    const middle = before + weight / 2
    if (wanted < middle) return between(value, mean, (wanted - place) / (middle - place))
    before += weight
    place = middle
    value = mean
  }
  return between(value, max, (wanted - place) / (total - place))
}

function between(low: number, high: number, part: number): number {
  return low + (high - low) * Math.min(1, Math.max(0, part))
}

function compressed(digest: Digest): Digest {
  const copy = { ...digest, centroids: [...digest.centroids], fresh: [...digest.fresh] }
  compress(copy)
  return copy
}

/** Works the fresh numbers in: neighbours are joined as long as the scale function allows. */
function compress(digest: Digest): void {
  const parts = sortedParts(digest)
  let total = 0
  for (const { weight } of parts) total += weight
  const joined: number[] = []
  let { mean, weight } = parts[0] ?? { mean: 0, weight: 0 }
  let before = 0
  let limit = total * limitAfter(0)
  for (const next of parts.slice(1)) {
    if (before + weight + next.weight <= limit) {
      weight += next.weight
      mean += ((next.mean - mean) * next.weight) / weight
      continue
    }
    joined.push(mean, weight)
    before += weight
    limit = total * limitAfter(before / total)
    ;({ mean, weight } = next)
  }
  joined.push(mean, weight)
  digest.centroids = joined
  digest.fresh = []
}

interface Part {
  readonly mean: number
  readonly weight: number
}

function sortedParts({ centroids, fresh }: Digest): readonly Part[] {
  const parts: Part[] = fresh.map((mean) => ({ mean, weight: 1 }))
  for (let at = 0; at < centroids.length; at += 2) {
    parts.push({ mean: centroids[at] ?? 0, weight: centroids[at + 1] ?? 0 })
  }
  return parts.toSorted((one, other) => one.mean - other.mean)
}

/** How far a centroid that begins at `q` may reach: one step of k1(q) = δ/2π · asin(2q − 1). */
function limitAfter(q: number): number {
  const k = (compression / (2 * Math.PI)) * Math.asin(2 * q - 1) + 1
  if (k >= compression / 4) return 1
  return (Math.sin((k * 2 * Math.PI) / compression) + 1) / 2
}
