const units = [
  ['d', 86_400_000, 2 * 86_400_000],
  ['h', 3_600_000, 2 * 3_600_000],
  ['min', 60_000, 2 * 60_000],
  ['s', 1000, 1000],
] as const

/** How far event time is behind the clock, coarse enough to be read while it changes: `12 s`. */
export function lagAmount(lagMs: number): string {
  const size = Math.abs(lagMs)
  const unit = units.find(([, , from]) => size >= from)
  if (unit === undefined) return '<1 s'
  return `${Math.floor(size / unit[1])} ${unit[0]}`
}

/** `12 s behind`; ahead where messages carry times that are still to come. */
export function lagText(lagMs: number): string {
  return `${lagAmount(lagMs)} ${lagMs <= -1000 ? 'ahead' : 'behind'}`
}

/** `−12 s`, where there is little room. */
export function shortLag(lagMs: number): string {
  return `${lagMs <= -1000 ? '+' : '−'}${lagAmount(lagMs)}`
}
