import { operator } from '@millrace/sdk'
import { keyReader } from '../keyed/key-of.ts'
import { KeyedValues } from '../keyed/keyed-values.ts'
import { numberIn, timeOf } from '../reading.ts'
import { descriptor } from './descriptor.ts'

/** The measurement from which the next rate is taken. */
interface Reference {
  readonly value: number
  readonly time: number
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
      const before = references.get(key)
      const dt = before === undefined ? 0 : time - before.time
      if (before === undefined || dt >= minimumMs) references.set(key, { value, time })
      // What is remembered stays; that the key is alive is noted.
      else references.set(key, before)
      if (before === undefined) return
      if (dt < 0) emit.late(message)
      if (dt < minimumMs) return
      const change = config.isCounter && value < before.value ? value : value - before.value
      emit.out(config.into.set(message, (change / dt) * perMs))
    },
  }
})
