import { describe, expect, it } from 'vitest'
import { RestartPolicy } from './restart-policy.ts'

const second = 1_000
const minute = 60 * second

/** What is decided about failures at these times. */
function decisions(...timesMs: readonly number[]) {
  const policy = new RestartPolicy()
  return timesMs.map((timeMs) => {
    const decision = policy.onFailure(timeMs)
    return decision.kind === 'restart' ? decision.delayMs : decision.kind
  })
}

describe('RestartPolicy', () => {
  it.each([
    { name: 'restarts after a second, then after two', times: [0, 10], gives: [1, 2] },
    {
      name: 'quarantines at the third failure within a minute',
      times: [0, 5, 59],
      gives: [1, 2, 'quarantine'],
    },
    {
      name: 'goes on with longer waits when failures are rarer',
      times: [0, 31, 62, 93],
      gives: [1, 2, 4, 8],
    },
    {
      name: 'waits a minute at most',
      times: Array.from({ length: 9 }, (_, i) => i * 40),
      gives: [1, 2, 4, 8, 16, 32, 60, 60, 60],
    },
    { name: 'begins anew after ten calm minutes', times: [0, 31, 62, 662], gives: [1, 2, 4, 1] },
    {
      name: 'goes on counting in quarantine',
      times: [0, 1, 2, 3],
      gives: [1, 2, 'quarantine', 'quarantine'],
    },
  ])('$name', ({ times, gives }) => {
    const expected = gives.map((each) => (typeof each === 'number' ? each * second : each))
    expect(decisions(...times.map((time) => time * second))).toEqual(expected)
  })

  it('forgets everything when somebody deploys', () => {
    const policy = new RestartPolicy()
    policy.onFailure(0)
    policy.onFailure(1)
    policy.forgive()
    expect(policy.onFailure(minute / 2)).toEqual({ kind: 'restart', delayMs: second })
  })
})
