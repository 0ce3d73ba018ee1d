/** A bucket of tokens that refills: so many events a second, with a burst of as many again. */
export function rateLimit(perSecond: number, monotonic: () => number): { take(): boolean } {
  const most = perSecond * 2
  let tokens = most
  let last = monotonic()
  return {
    take() {
      const now = monotonic()
      tokens = Math.min(most, tokens + ((now - last) / 1000) * perSecond)
      last = now
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
