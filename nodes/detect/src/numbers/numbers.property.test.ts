import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMoment, noMoments, sampleDeviation } from './moments.ts'
import { addRecent, median, medianDeviation, summarize } from './recent.ts'

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
})

function sample(values: readonly number[]): { mean: number; stddev: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, stddev: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}

describe('numbers', () => {
  it('have the moments of the definition when all weigh the same', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const moments = noMoments()
        for (const value of values) addMoment(moments, value, 0)
        const { mean, stddev } = sample(values)
        expect(moments.mean).toBeCloseTo(mean, 5)
        expect(sampleDeviation(moments)).toBeCloseTo(stddev, 3)
      }),
    )
  })

  it('have the weighted moments of the definition', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, weight) => {
        const moments = noMoments()
        for (const value of values) addMoment(moments, value, weight)
        const weights = weightsOf(values.length, weight)
        const mean = values.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)
        const variance = values.reduce((sum, value, at) => {
          return sum + (value - mean) ** 2 * (weights[at] ?? 0)
        }, 0)
        expect(moments.mean).toBeCloseTo(mean, 5)
        expect(Math.sqrt(moments.variance)).toBeCloseTo(Math.sqrt(variance), 3)
      }),
    )
  })

  it('are kept up to a count, the newest ones', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 20 }), (values, countMax) => {
        const recent = { values: [], at: 0 }
        for (const value of values) addRecent(recent, value, countMax)
        const wanted = values.slice(-countMax).toSorted((one, other) => one - other)
        expect(recent.values.toSorted((one, other) => one - other)).toEqual(wanted)
        const { count, mean, stddev, min, max } = summarize(recent.values)
        const model = sample(wanted)
        expect([count, min, max]).toEqual([wanted.length, wanted[0], wanted.at(-1)])
        expect(mean).toBeCloseTo(model.mean, 5)
        expect(stddev).toBeCloseTo(model.stddev, 5)
      }),
    )
  })

  it.each([
    [[3], 3, 0],
    [[1, 9], 5, 4],
    [[5, 1, 3], 3, 2],
    [[1, 1, 2, 2, 4, 6, 9], 2, 1],
  ])('%j has the median %d, and from there the median distance %d', (values, middle, distance) => {
    expect(median(values)).toBe(middle)
    expect(medianDeviation(values, middle)).toBe(distance)
  })
})

/** What each number weighs in the end, when each new one takes its share of the whole. */
function weightsOf(count: number, weight: number): number[] {
  let weights: number[] = []
  for (let n = 1; n <= count; n += 1) {
    const share = Math.max(weight, 1 / n)
    weights = [...weights.map((before) => before * (1 - share)), share]
  }
  return weights
}
