import type { KeyedState } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.ts'
import type { Bucket } from './token-bucket.ts'

const rules = { rateMessages: 3, ratePeriodMs: 3000 }
const bucketIn = (stored: Map<string | number, Bucket>) =>
  // A map has all that a bucket asks of its state.
  new TokenBucket(stored as unknown as KeyedState<Bucket>, rules)

test('gives all its tokens at once, and then one after the other', () => {
  const bucket = bucketIn(new Map())
  for (let n = 0; n < 3; n += 1) bucket.take(1000)
  expect([bucket.tokens(1000), bucket.nextAt(1000)]).toEqual([0, 2000])
  expect(bucket.tokens(2500)).toBe(1.5)
  expect(bucket.tokens(60_000)).toBe(3)
})

test('goes on after a restart, also with a clock that was set back', () => {
  const stored = new Map<string | number, Bucket>()
  const before = bucketIn(stored)
  for (let n = 0; n < 3; n += 1) before.take(10_000)
  expect(bucketIn(stored).nextAt(10_000)).toBe(11_000)
  expect(bucketIn(stored).nextAt(500)).toBe(1500)
})

test('lets no more through in any stretch of time than it held and got back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 60 }), (waits) => {
      const bucket = bucketIn(new Map())
      const taken: number[] = []
      let now = 0
      for (const wait of waits) {
        now += wait
        if (bucket.tokens(now) < 1) continue
        bucket.take(now)
        taken.push(now)
      }
      for (const from of taken) {
        const within = taken.filter((time) => time >= from && time < from + rules.ratePeriodMs)
        expect(within.length).toBeLessThanOrEqual(2 * rules.rateMessages)
      }
    }),
  )
})
