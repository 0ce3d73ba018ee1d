import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Timeline } from './timeline.ts'

it('gives keys back by time, each once, in the order in which they came', () => {
  const entry = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 5 }))
  fc.assert(
    fc.property(fc.array(fc.option(entry), { maxLength: 60 }), (steps) => {
      const timeline = new Timeline()
      let expected: (readonly [number, number])[] = []
      const takeFirst = (): void => {
        const next = Math.min(...expected.map(([time]) => time))
        expect(timeline.next).toBe(next)
        if (next === Infinity) return
        const keys = expected.filter(([time]) => time === next).map(([, key]) => key)
        expect([...timeline.take()]).toEqual([...new Set(keys)])
        expected = expected.filter(([time]) => time !== next)
      }
      for (const step of steps) {
        if (step === null) takeFirst()
        else {
          timeline.add(...step)
          expected.push(step)
        }
      }
      while (expected.length > 0) takeFirst()
      expect(timeline.next).toBe(Infinity)
    }),
  )
})
