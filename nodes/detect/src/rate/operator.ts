import { operator } from '@millrace/sdk'
import { keyReader } from '../keyed/key-of.ts'
import { KeyedValues } from '../keyed/keyed-values.ts'
import { numberIn, timeOf } from '../reading.ts'
import { descriptor } from './descriptor.ts'

/** The measurement from which the next rate is taken, and the newest one. */
interface Reference {
  readonly value: number
  readonly time: number
  readonly newest: number
}

const unitMs = { second: 1000, minute: 60_000, hour: 3_600_000 }

export const rate = operator(descriptor, (context) => {
  const { config, emit, clock } = context
  const references = new KeyedValues<Reference>(context, config)
  const keyOf = keyReader(config.key)
  // Two values at the same time have no rate.
  const minimumMs = Math.max(config.minimumMs, Number.MIN_VALUE)
  const perMs = unitMs[config.unit]
  return {
    onMessage(message) {
      const value = numberIn(message, config.value)
      const [key, time] = [keyOf(message), timeOf(message, clock)]
      const before = references.get(key) ?? { value, time, newest: value }
      const dt = time - before.time
      if (dt < 0) {
        emit.late(message)
        return
      }
      // What a counter had shown before it was reset still counts.
      const from =
        config.isCounter && value < before.newest ? before.value - before.newest : before.value
      const isDue = dt >= minimumMs
      references.set(
        key,
        isDue ? { value, time, newest: value } : { value: from, time: before.time, newest: value },
      )
      if (isDue) emit.out(config.into.set(message, ((value - from) / dt) * perMs))
    },
  }
})
