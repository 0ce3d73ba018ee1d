import { operator } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { keyReader } from '../keyed/key-of.ts'
import { KeyedValues } from '../keyed/keyed-values.ts'
import { numberIn, timeOf } from '../reading.ts'
import { descriptor } from './descriptor.ts'
import { holtWintersModel } from './models/holt-winters-model.ts'
import type { Expectation, Model } from './models/model.ts'
import { baselineModel, movingModel } from './models/moving-model.ts'
import { medianModel, zScoreModel } from './models/recent-model.ts'

type Config = ConfigOf<typeof descriptor>

interface KeyState {
  /** The settings of which the model is; other ones begin anew. */
  readonly shape: string
  model: unknown
  anomaliesInRow: number
}

/** What is written on the message; all but `isAnomaly` is null while it learns. */
interface Judgement {
  readonly isAnomaly: boolean
  readonly score: number | null
  readonly expected: number | null
  readonly low: number | null
  readonly high: number | null
}

export const anomaly = operator(descriptor, (context) => {
  const { config, emit, clock } = context
  const states = new KeyedValues<KeyState>(context, config)
  const keyOf = keyReader(config.key)
  const [model, shape] = [modelOf(config), shapeOf(config)]
  return {
    onMessage(message) {
      const value = numberIn(message, config.value)
      const [key, time] = [keyOf(message), timeOf(message, clock)]
      const before = states.get(key)
      const state =
        before?.shape === shape ? before : { shape, model: model.create(), anomaliesInRow: 0 }
      const judgement = judge(value, model.expect(state.model, time), config)
      if (judgement.isAnomaly && config.freezes) model.skip(state.model)
      else model.learn(state.model, value, time)
      state.anomaliesInRow = judgement.isAnomaly ? state.anomaliesInRow + 1 : 0
      if (config.relearnAfter > 0 && state.anomaliesInRow >= config.relearnAfter) {
        state.model = model.create()
        state.anomaliesInRow = 0
      }
      states.set(key, state)
      const judged = config.into.set(message, judgement)
      if (judgement.isAnomaly) emit.anomaly(judged)
      else emit.normal(judged)
    },
  }
})

const learning: Judgement = { isAnomaly: false, score: null, expected: null, low: null, high: null }

/** Beyond this one score is like another; it keeps them finite where nothing ever deviates. */
const scoreMax = 1e6

function judge(value: number, expectation: Expectation | null, config: Config): Judgement {
  if (expectation === null) return learning
  const { expected } = expectation
  const deviation = Math.max(expectation.deviation, config.deviationMin)
  const distance = value - expected
  const raw = distance === 0 ? 0 : distance / deviation
  const score = Math.max(-scoreMax, Math.min(scoreMax, raw))
  const isAnomaly =
    (config.direction !== 'below' && score > config.threshold) ||
    (config.direction !== 'above' && score < -config.threshold)
  const reach = config.threshold * deviation
  return { isAnomaly, score, expected, low: expected - reach, high: expected + reach }
}

// Each model is handed only the state that it made; `shape` sees to that after a change.
function modelOf(config: Config): Model<unknown> {
  switch (config.method) {
    case 'zscore':
      return zScoreModel(config) as Model<unknown>
    case 'mad':
      return medianModel(config) as Model<unknown>
    case 'ewma':
      return movingModel(config) as Model<unknown>
    case 'baseline':
      return baselineModel(config) as Model<unknown>
    case 'holtWinters':
      return holtWintersModel(config) as Model<unknown>
  }
}

function shapeOf({ method, messages, seasonMs, slots, seasonMessages }: Config): string {
  switch (method) {
    case 'zscore':
    case 'mad':
      return `recent ${messages}`
    case 'baseline':
      return `baseline ${slots} in ${seasonMs}`
    case 'holtWinters':
      return `holtWinters ${seasonMessages}`
    case 'ewma':
      return 'ewma'
  }
}
