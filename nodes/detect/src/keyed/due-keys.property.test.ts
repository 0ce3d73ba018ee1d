import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueKeys } from './due-keys.ts'

const step = fc.oneof(
  fc.record({ key: fc.nat(8), time: fc.oneof(fc.nat(30), fc.constant(Infinity)) }),
  fc.record({ take: fc.nat(30) }),
)

describe('due keys', () => {
  it('gives each key once, at the time that it was given last', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const due = new DueKeys()
        const model = new Map<number, number>()
        for (const one of steps) {
          if ('take' in one) {
            const wanted = [...model].filter(([, time]) => time <= one.take).map(([key]) => key)
            for (const key of wanted) model.delete(key)
            expect(new Set(due.take(one.take))).toEqual(new Set(wanted))
          } else {
            due.set(one.key, one.time)
            if (one.time === Infinity) model.delete(one.key)
            else model.set(one.key, one.time)
          }
          expect(due.next).toBe(Math.min(Infinity, ...model.values()))
        }
      }),
    )
  })

  it('does not grow with the times that a key is given', () => {
    const due = new DueKeys()
    for (let time = 0; time < 100_000; time += 1) due.set(`k${time % 10}`, 1e6 + time)
    expect(due.length).toBeLessThan(200)
    expect(due.take(2e6)).toHaveLength(10)
  })
})
