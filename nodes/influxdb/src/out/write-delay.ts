/** How long to wait after so many failed writes in a row: 0.5 s to 30 s, spread by chance (0 to 1). */
export function writeDelayMs(failures: number, chance: number): number {
  const full = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(full * (0.5 + chance / 2))
}

const shortestMs = 500
const longestMs = 30_000
