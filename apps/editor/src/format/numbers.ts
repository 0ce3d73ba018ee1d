/** A rate or count in at most four characters: `0.4`, `12`, `340`, `1.2k`, `35k`, `2.1M`. */
export function shortNumber(value: number): string {
  if (value === 0) return '0'
  if (value < 0.1) return '<0.1'
  if (value < 9.95) return value.toFixed(1)
  if (value < 999.5) return String(Math.round(value))
  if (value < 9950) return `${(value / 1000).toFixed(1)}k`
  if (value < 999_500) return `${Math.round(value / 1000)}k`
  return `${(value / 1_000_000).toFixed(1)}M`
}

/** A number of things, which has no fractions: `3`, `340`, `1.2k`. */
export function shortCount(value: number): string {
  return value < 10 ? String(value) : shortNumber(value)
}

/** `84 MB`. */
export function shownBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1_048_576) return `${Math.round(bytes / 1024)} KB`
  if (bytes < 1_073_741_824) return `${Math.round(bytes / 1_048_576)} MB`
  return `${(bytes / 1_073_741_824).toFixed(1)} GB`
}
