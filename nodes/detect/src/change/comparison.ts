type Comparison = (value: unknown, before: unknown) => boolean

interface Settings {
  readonly compare: 'absolute' | 'percent' | 'any'
  readonly by: number
  readonly percent: number
}

/** Whether a value is far enough from the one before. */
export function comparison({ compare, by, percent }: Settings): Comparison {
  if (compare === 'any') return (value, before) => !isEqual(value, before)
  const isFar = compare === 'absolute' ? isFarBy(by) : isFarByPercent(percent)
  return (value, before) =>
    // A value of another kind is from before the node was given other settings.
    typeof value !== 'number' || typeof before !== 'number' || isFar(value, before)
}

/** 0.3 is as far from 0.2 as from 0.4, although doubles are not. */
const tolerance = 1 - 1e-9

function isFarBy(by: number): (value: number, before: number) => boolean {
  if (by === 0) return (value, before) => value !== before
  const least = by * tolerance
  return (value, before) => Math.abs(value - before) >= least
}

function isFarByPercent(percent: number): (value: number, before: number) => boolean {
  const part = (percent / 100) * tolerance
  return (value, before) => value !== before && Math.abs(value - before) >= Math.abs(before) * part
}

/** Deep, for JSON-like values and bytes. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object') return false
  if (one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return false
  const [left, right] = [Object.entries(one), new Map<string, unknown>(Object.entries(other))]
  return (
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isEqual(value, right.get(name)))
  )
}
