import { NodeError, operator } from '@millrace/sdk'
import { keyReader } from '../keyed/key-of.ts'
import { KeyedValues } from '../keyed/keyed-values.ts'
import { timeOf } from '../reading.ts'
import { comparison } from './comparison.ts'
import { descriptor } from './descriptor.ts'

/** What passed last. */
interface Passed {
  readonly value: unknown
  readonly time: number
}

export const change = operator(descriptor, (context) => {
  const { config, emit, clock } = context
  const { out, rejected } = emit
  const last = new KeyedValues<Passed>(context, config)
  const keyOf = keyReader(config.key)
  const hasChanged = comparison(config)
  const everyMs = config.atLeastEveryMs > 0 ? config.atLeastEveryMs : Infinity
  const read = config.value
  const isNumeric = config.compare !== 'any'
  return {
    onMessage(message) {
      const value = read(message)
      if (isNumeric && typeof value !== 'number') {
        throw new NodeError('DETECT_NO_NUMBER', 'The value is missing, or is not a number.')
      }
      const [key, time] = [keyOf(message), timeOf(message, clock)]
      const before = last.get(key)
      const passes =
        before === undefined || time - before.time >= everyMs || hasChanged(value, before.value)
      last.set(key, passes ? { value, time } : before)
      if (passes) out(message)
      else rejected(message)
    },
  }
})
