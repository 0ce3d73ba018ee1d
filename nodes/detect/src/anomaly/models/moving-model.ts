import { addMoment, noMoments } from '../../numbers/moments.ts'
import type { Moments } from '../../numbers/moments.ts'
import { ignore } from './model.ts'
import type { Expectation, Model } from './model.ts'

interface Settings {
  readonly weight: number
  readonly warmUp: number
}

export function movingModel({ weight, warmUp }: Settings): Model<Moments> {
  return {
    create: noMoments,
    expect: (moments) => expectationOf(moments, warmUp),
    learn: (moments, value) => addMoment(moments, value, weight),
    skip: ignore,
  }
}

interface BaselineSettings extends Settings {
  readonly seasonMs: number
  readonly slots: number
}

/** A moving average for each part of the season; parts are aligned to 1970-01-01 00:00 UTC. */
export function baselineModel(settings: BaselineSettings): Model<Moments[]> {
  const { seasonMs, slots, weight, warmUp } = settings
  const slotOf = (time: number): number => {
    const inSeason = ((time % seasonMs) + seasonMs) % seasonMs
    return Math.min(slots - 1, Math.floor((inSeason / seasonMs) * slots))
  }
  return {
    create: () => Array.from({ length: slots }, noMoments),
    expect: (state, time) => expectationOf(state[slotOf(time)], warmUp),
    learn: (state, value, time) => {
      const moments = state[slotOf(time)]
      if (moments !== undefined) addMoment(moments, value, weight)
    },
    skip: ignore,
  }
}

function expectationOf(moments: Moments | undefined, warmUp: number): Expectation | null {
  if (moments === undefined || moments.count < warmUp) return null
  return { expected: moments.mean, deviation: Math.sqrt(moments.variance) }
}
