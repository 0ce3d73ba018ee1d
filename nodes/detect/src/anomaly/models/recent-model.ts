import { addRecent, median, medianDeviation, summarize } from '../../numbers/recent.ts'
import type { Recent } from '../../numbers/recent.ts'
import { ignore } from './model.ts'
import type { Expectation, Model } from './model.ts'

interface Settings {
  readonly messages: number
  readonly warmUp: number
}

export function zScoreModel(settings: Settings): Model<Recent> {
  return recentModel(settings, (values) => {
    const { mean, stddev } = summarize(values)
    return { expected: mean, deviation: stddev }
  })
}

/** For normally distributed values the median deviation is so much of the standard deviation. */
const normalShare = 0.6745

/** The modified z-score of Iglewicz and Hoaglin (1993). */
export function medianModel(settings: Settings): Model<Recent> {
  return recentModel(settings, (values) => {
    const expected = median(values)
    return { expected, deviation: medianDeviation(values, expected) / normalShare }
  })
}

function recentModel(
  { messages, warmUp }: Settings,
  expectationOf: (values: readonly number[]) => Expectation,
): Model<Recent> {
  const needed = Math.min(warmUp, messages)
  return {
    create: () => ({ values: [], at: 0 }),
    expect: ({ values }) => (values.length < needed ? null : expectationOf(values)),
    learn: (state, value) => addRecent(state, value, messages),
    skip: ignore,
  }
}
