import { expect, test } from 'vitest'
import { steadyTime } from './steady-time.ts'

test('time goes on evenly when somebody sets the clock, in whole milliseconds', () => {
  let [wall, even] = [5000, 0.5]
  const now = steadyTime({ now: () => wall, monotonic: () => even })
  even += 10.25
  wall -= 3000
  expect(now()).toBe(5010)
  even += 1
  expect(now()).toBe(5011)
})
