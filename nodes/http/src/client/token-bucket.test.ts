import { manualTime } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

function bucket(max: number) {
  const time = manualTime()
  const timers = {
    after: (delayMs: number, run: () => void) => time.schedule(delayMs, run),
    every: (delayMs: number, run: () => void) => time.schedule(delayMs, run),
    soon: queueMicrotask,
  }
  const made = new TokenBucket({ clock: time.clock, timers, max, periodMs: 1000 })
  const passed: number[] = []
  const ask = (count: number) => {
    for (let n = 0; n < count; n += 1) {
      void made.take().then(() => passed.push(Math.round(time.clock.monotonic())))
    }
  }
  const after = async (ms: number) => {
    time.advance(ms)
    // Promises settle in the turns after.
    await new Promise<void>((resolve) => setImmediate(resolve))
    return passed
  }
  return { made, ask, after }
}

test('lets a full bucket through at once and the rest as it fills', async () => {
  const { ask, after } = bucket(2)
  ask(5)
  expect(await after(0)).toEqual([0, 0])
  expect(await after(499)).toHaveLength(2)
  await after(1)
  expect(await after(1000)).toHaveLength(5)
})

test('lets everything through without a limit, unless it is shut', async () => {
  const { made, ask, after } = bucket(0)
  ask(100)
  expect(await after(0)).toHaveLength(100)
  made.shut(2000)
  ask(1)
  expect(await after(1999)).toHaveLength(100)
  expect(await after(1)).toHaveLength(101)
})

test('lets go of all when the node closes', async () => {
  const { made, ask, after } = bucket(1)
  ask(3)
  made.open()
  expect(await after(0)).toHaveLength(3)
})
