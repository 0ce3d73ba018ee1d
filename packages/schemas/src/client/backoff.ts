/** How long to wait after so many failures in a row: 0.2 s to 10 s, spread by chance (0 to 1). */
export function backoffMs(failures: number, chance: number): number {
  const full = Math.min(longestMs, shortestMs * 2 ** Math.min(Math.max(failures - 1, 0), 10))
  return Math.round(full * (0.5 + chance / 2))
}

const shortestMs = 200
const longestMs = 10_000
