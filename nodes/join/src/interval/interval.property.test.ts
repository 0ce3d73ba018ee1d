import fc from 'fast-check'
import { it } from 'vitest'
import { compare, keyOf, pairText, steps, text } from '../testing/steps.ts'
import type { Event, Model } from '../testing/steps.ts'
import { interval } from './operator.ts'

const join = fc.constantFrom('inner', 'left', 'right', 'full')
const limit = fc.integer({ min: -8, max: 15 })

it('pairs what the definition pairs, whatever comes when, over restarts', () => {
  fc.assert(
    fc.property(steps, join, limit, limit, (todo, kind, one, other) => {
      const [lower, upper] = [Math.min(one, other), Math.max(one, other)]
      compare(interval, {
        config: { leftKey: keyOf, join: kind, beforeMs: -lower, afterMs: upper },
        model: intervalModel(kind, lower, upper),
        todo,
        textOf: pairText,
      })
    }),
    { numRuns: 500 },
  )
})

/** Everything that was taken is kept and compared with everything else. */
function intervalModel(join: string, lower: number, upper: number): Model {
  const all: (Event & { isDone: boolean })[] = []
  let watermark = -Infinity
  const isOuter = (side: 0 | 1): boolean => join === 'full' || join === ['left', 'right'][side]
  const last = ({ side, time }: Event): number => (side === 0 ? time + upper : time - lower)
  const told = (): string[] => {
    const alone = all.filter((one) => !one.isDone && isOuter(one.side) && last(one) <= watermark)
    return alone.map((one) => {
      one.isDone = true
      const at = Math.max(one.time, last(one))
      return one.side === 0 ? text(one.id, undefined, at) : text(undefined, one.id, at)
    })
  }
  return {
    add(event) {
      if (event.time <= watermark) return null
      const pairs: string[] = []
      const one = { ...event, isDone: false }
      for (const other of all) {
        if (other.side === one.side || one.key === null || other.key !== one.key) continue
        const [left, right] = one.side === 0 ? [one, other] : [other, one]
        if (right.time < left.time + lower || right.time > left.time + upper) continue
        pairs.push(text(left.id, right.id, Math.max(left.time, right.time)))
        one.isDone = true
        other.isDone = true
      }
      all.push(one)
      return [...pairs, ...told()]
    },
    advance(time) {
      watermark = time
      return told()
    },
  }
}
