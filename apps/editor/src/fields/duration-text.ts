const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
  { name: 'ms', ms: 1 },
] as const

const unitsByName: ReadonlyMap<string, number> = new Map([
  ...units.map(({ name, ms }) => [name, ms] as const),
  ['m', 60_000],
  ['sec', 1000],
  ['second', 1000],
  ['seconds', 1000],
  ['minute', 60_000],
  ['minutes', 60_000],
  ['hour', 3_600_000],
  ['hours', 3_600_000],
  ['day', 86_400_000],
  ['days', 86_400_000],
])

/** Milliseconds as a person reads them, in the largest unit that needs at most three decimals. */
export function printDuration(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms < 0) return `−${printDuration(-ms)}`
  const unit = units.find((one) => ms >= one.ms && Number.isInteger((ms / one.ms) * 4))
  const { name, ms: size } = unit ?? units[units.length - 1] ?? { name: 'ms', ms: 1 }
  return `${ms / size} ${name}`
}

/** As a field shows it, which may have a word for 0. */
export function shownDuration(ms: number, { zero }: { readonly zero?: string }): string {
  return ms === 0 && zero !== undefined ? zero : printDuration(ms)
}

/** What was written into such a field; undefined when it is no duration. */
export function readDuration(
  text: string,
  { zero }: { readonly zero?: string },
): number | undefined {
  const isZero = zero !== undefined && text.trim().toLowerCase() === zero.toLowerCase()
  return isZero ? 0 : parseDuration(text)
}

/**
 * Reads "10 s", "1.5 min", "1 h 30 min", "250ms" or "−1 h". A number alone is seconds.
 * Gives milliseconds, or undefined when it is no duration.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase()
  if (/^[-−](?![-−])/.test(trimmed)) {
    const size = parseDuration(trimmed.slice(1))
    return size === undefined ? undefined : -size
  }
  if (/^\d+([.,]\d+)?$/.test(trimmed)) return Number(trimmed.replace(',', '.')) * 1000
  const parts = [...trimmed.matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]+)\s*/gy)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('').length !== trimmed.length) {
    return undefined
  }
  const sizes = parts.map(([, count = '', unit = '']) => {
    const size = unitsByName.get(unit)
    return size === undefined ? Number.NaN : Number(count.replace(',', '.')) * size
  })
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return Number.isNaN(total) ? undefined : Math.round(total)
}
