const firstMs = 500
const longestMs = 30_000
const askedMaxMs = 300_000

/** How long to wait after so many failures in a row: 0.5 s to 30 s, spread by chance (0 to 1). */
export function retryWaitMs(failures: number, chance: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(full * (0.5 + chance / 2))
}

/** What a `Retry-After` asks for, five minutes at most. RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(askedMaxMs, Math.max(0, waitMs))
}
