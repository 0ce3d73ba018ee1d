import { vi } from 'vitest'

/** Asks again and again until the expectations hold. */
export function eventually(check: () => unknown, timeoutMs = 30_000): Promise<unknown> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: 25 })
}
