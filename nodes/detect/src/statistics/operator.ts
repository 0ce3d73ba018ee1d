import { operator } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { keyReader } from '../keyed/key-of.ts'
import { KeyedValues } from '../keyed/keyed-values.ts'
import { addMoment, noMoments, sampleDeviation } from '../numbers/moments.ts'
import type { Moments } from '../numbers/moments.ts'
import { addRecent, summarize } from '../numbers/recent.ts'
import type { Recent, Summary } from '../numbers/recent.ts'
import { numberIn } from '../reading.ts'
import { descriptor } from './descriptor.ts'

type Config = ConfigOf<typeof descriptor>

interface Running {
  readonly moments: Moments
  min: number
  max: number
}

/** `shape` says of which settings it is; other ones begin anew. */
type KeyState = { readonly shape: string } & (
  | { readonly recent: Recent }
  | { readonly running: Running }
)

export const statistics = operator(descriptor, (context) => {
  const { config, emit } = context
  const states = new KeyedValues<KeyState>(context, config)
  const keyOf = keyReader(config.key)
  const shape = config.over === 'last' ? `last ${config.messages}` : config.over
  return {
    onMessage(message) {
      const value = numberIn(message, config.value)
      const key = keyOf(message)
      const before = states.get(key)
      const state = before?.shape === shape ? before : newState(shape, config)
      const summary =
        'recent' in state
          ? ofRecent(state.recent, value, config)
          : ofRunning(state.running, value, config)
      states.set(key, state)
      emit.out(config.into.set(message, summary))
    },
  }
})

function newState(shape: string, { over }: Config): KeyState {
  if (over === 'last') return { shape, recent: { values: [], at: 0 } }
  return { shape, running: { moments: noMoments(), min: Infinity, max: -Infinity } }
}

function ofRecent(recent: Recent, value: number, { messages }: Config): Summary {
  addRecent(recent, value, messages)
  return summarize(recent.values)
}

function ofRunning(running: Running, value: number, { over, weight }: Config): Summary {
  const { moments } = running
  addMoment(moments, value, over === 'weighted' ? weight : 0)
  running.min = Math.min(running.min, value)
  running.max = Math.max(running.max, value)
  const { count, mean, variance } = moments
  const stddev = over === 'weighted' ? Math.sqrt(variance) : sampleDeviation(moments)
  return { count, mean, stddev, min: running.min, max: running.max }
}
