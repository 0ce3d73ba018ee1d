import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Collects garbage now. V8 does so as a program allocates; one that has started, or has stopped a
 * flow, and then sits idle would keep for good what it needed only for that.
 */
export function returnMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}
