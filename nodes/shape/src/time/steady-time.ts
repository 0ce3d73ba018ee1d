import type { Clock } from '@millrace/sdk'

/**
 * Processing time that goes on evenly when somebody sets the clock: for measuring how long ago
 * something was. What a former run stored may lie in its future,
 * when a clock was set back in between.
 */
export function steadyTime(clock: Clock): () => number {
  const offset = clock.now() - clock.monotonic()
  return () => Math.floor(offset + clock.monotonic())
}
