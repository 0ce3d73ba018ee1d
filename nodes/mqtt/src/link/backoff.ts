/** How long to wait after so many failures in a row: 0.5 s to 10 s, spread by chance (0 to 1). */
export function backoffMs(failures: number, chance: number): number {
  const full = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(full * (0.5 + chance / 2) + (failures <= 1 ? shortestMs / 4 : 0))
}

const shortestMs = 500
const longestMs = 10_000
