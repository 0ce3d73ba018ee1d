import type { Model } from './model.ts'

interface HoltWinters {
  /** The values of the first two seasons, until the start can be computed. */
  learning: number[]
  level: number
  trend: number
  season: number[]
  /** Place in the season of the value to come. */
  at: number
  /** Of what was forecast too high or too low. */
  variance: number
  count: number
}

interface Settings {
  readonly seasonMessages: number
  readonly weight: number
  readonly trendWeight: number
  readonly seasonWeight: number
  readonly warmUp: number
}

/** Additive Holt-Winters (Winters, 1960), with a smoothed variance of its errors. */
export function holtWintersModel(settings: Settings): Model<HoltWinters> {
  const { seasonMessages, warmUp } = settings
  return {
    create: () => {
      return { learning: [], level: 0, trend: 0, season: [], at: 0, variance: 0, count: 0 }
    },
    expect: (state) => {
      if (state.season.length === 0 || state.count < warmUp) return null
      return { expected: forecast(state), deviation: Math.sqrt(state.variance) }
    },
    learn: (state, value) => {
      state.count += 1
      if (state.season.length > 0) {
        follow(state, value, settings)
        return
      }
      state.learning.push(value)
      if (state.learning.length === 2 * seasonMessages) begin(state, seasonMessages)
    },
    skip: (state) => {
      if (state.season.length === 0) return
      state.level += state.trend
      state.at = (state.at + 1) % state.season.length
    },
  }
}

function forecast({ level, trend, season, at }: HoltWinters): number {
  return level + trend + (season[at] ?? 0)
}

function follow(
  state: HoltWinters,
  value: number,
  { weight, trendWeight, seasonWeight }: Settings,
): void {
  const { level, trend, season, at } = state
  const error = value - forecast(state)
  const inSeason = season[at] ?? 0
  state.level = weight * (value - inSeason) + (1 - weight) * (level + trend)
  state.trend = trendWeight * (state.level - level) + (1 - trendWeight) * trend
  season[at] = seasonWeight * (value - state.level) + (1 - seasonWeight) * inSeason
  state.at = (at + 1) % season.length
  state.variance = (1 - weight) * state.variance + weight * error * error
}

/** Level and trend from the means of the two seasons; the season from what is left over of both. */
function begin(state: HoltWinters, length: number): void {
  const values = state.learning
  const [first, second] = [meanOf(values.slice(0, length)), meanOf(values.slice(length))]
  const trend = (second - first) / length
  const lineAt = (index: number): number => first + trend * (index - (length - 1) / 2)
  const left = values.map((value, index) => value - lineAt(index))
  const season = Array.from({ length }, (_, at) => meanOf([left[at] ?? 0, left[at + length] ?? 0]))
  const errors = left.map((value, index) => (value - (season[index % length] ?? 0)) ** 2)
  Object.assign(state, {
    learning: [],
    level: lineAt(2 * length - 1),
    trend,
    season,
    at: 0,
    variance: meanOf(errors),
  })
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
