/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/expect-expect -- the caller's */
import { test } from 'vitest'
import type { TestContext } from 'vitest'

/** A test where there is something to test; elsewhere there is none, not even one that is skipped. */
export function testIf(
  isOne: boolean,
  name: string,
  run: (context: TestContext) => Promise<void>,
  limitMs = 60_000,
): void {
  if (isOne) test(name, run, limitMs)
}
