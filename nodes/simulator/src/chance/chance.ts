/**
 * Chance that its numbers alone decide, so that any moment of a scene can be asked for at any time
 * and is always the same: from 0 to just below 1.
 */
export function chance(...numbers: readonly number[]): number {
  let mixed = 0x9e37_79b9
  for (const number of numbers) mixed = mixedWith(mixed, number | 0)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/** One round of MurmurHash3. */
function mixedWith(hash: number, number: number): number {
  const block = Math.imul(number, 0xcc9e_2d51)
  const turned = Math.imul((block << 15) | (block >>> 17), 0x1b87_3593)
  const mixed = hash ^ turned
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0
}

export function between(low: number, high: number, ...numbers: readonly number[]): number {
  return low + (high - low) * chance(...numbers)
}

/** Around 0 with a standard deviation of 1 (Box–Muller). */
export function normal(...numbers: readonly number[]): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance(...numbers, 1)))
  return radius * Math.cos(2 * Math.PI * chance(...numbers, 2))
}

/** One of a list that is not empty. */
export function oneOf<Item>(
  items: readonly [Item, ...Item[]],
  ...numbers: readonly number[]
): Item {
  return items[Math.floor(chance(...numbers) * items.length)] ?? items[0]
}

/** A curve from -1 to 1 that wanders: smooth over `x`, which is not to be much less than 1 apart. */
export function wander(x: number, ...numbers: readonly number[]): number {
  const from = Math.floor(x)
  const part = x - from
  const smooth = part * part * (3 - 2 * part)
  const [before, after] = [chance(...numbers, from), chance(...numbers, from + 1)]
  return 2 * (before + (after - before) * smooth) - 1
}

export function rounded(value: number, digits = 2): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
