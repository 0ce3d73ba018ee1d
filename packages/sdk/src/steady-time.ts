import type { Clock } from './context.ts'

/**
 * Processing time in milliseconds since the epoch that goes on evenly when somebody sets the clock:
 * for rules about how long something lasts. What a former run stored may lie in its future, when
 * the clock was set back in between.
 */
export function steadyTime(clock: Clock): () => number {
  const offset = clock.now() - clock.monotonic()
  return () => Math.floor(offset + clock.monotonic())
}
