import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueKeys } from './due-keys.ts'

const key = fc.integer({ min: 0, max: 9 })
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, at: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('take' as const), until: fc.integer({ min: 0, max: 100 }) }),
)

describe('due keys', () => {
  it('give what a search through all of them would give', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const due = new DueKeys()
        const model = new Map<number, number>()
        const least = () => Math.min(Infinity, ...model.values())
        for (const one of steps) {
          if (one.kind === 'set') {
            due.set(one.key, one.at)
            model.set(one.key, one.at)
          } else if (one.kind === 'delete') {
            due.delete(one.key)
            model.delete(one.key)
          } else {
            const earliest = least()
            const taken = due.take(one.until)
            if (earliest > one.until) expect(taken).toBeUndefined()
            else expect(model.get(Number(taken))).toBe(earliest)
            model.delete(Number(taken))
          }
          expect([due.size, due.nextAt]).toEqual([model.size, least()])
        }
      }),
    )
  })

  it('take no more room than the keys need, however often they come and go', () => {
    const due = new DueKeys()
    for (let n = 0; n < 10_000; n += 1) {
      due.set(n % 3, 10_000 - n)
      due.delete(n % 3)
      due.set(n % 3, n)
    }
    expect(due.size).toBe(3)
    expect(Reflect.get(due, 'heap')).toMatchObject({
      size: expect.toSatisfy((size: number) => size < 100),
    })
  })
})
