import type { TestStep } from '@millrace/sdk'
import { realTime } from '@millrace/sdk/testing'
import type { Time } from '@millrace/sdk/testing'
import { reachSteps } from '../reach-steps.ts'
import type { ReachOptions } from '../reach-steps.ts'
import { takeSteps } from '../step.ts'

/** Takes the steps to a server in real time, or at another one. */
export async function reach(
  options: Pick<ReachOptions, 'port'> & Partial<ReachOptions>,
  time: Time = realTime(globalThis),
): Promise<readonly TestStep[]> {
  const { clock } = time
  const timers = {
    after: realTime(globalThis).schedule,
    every: unused,
    soon: unused,
  }
  const given = { host: '127.0.0.1', timeoutMs: 5_000, clock, timers, ...options }
  const taken: TestStep[] = []
  for await (const step of takeSteps(reachSteps(given))) taken.push(step)
  return taken
}

function unused(): never {
  throw new Error('Not part of this test.')
}
