import type { Accumulator, AggregateSettings } from './accumulator.ts'
import { addNumber, mergeDigest, newDigest, quantile } from './digest.ts'
import type { Digest } from './digest.ts'

export const median = percentile({ percent: 50 })

export function percentile({ percent }: Pick<AggregateSettings, 'percent'>): Accumulator {
  return {
    isNumeric: true,
    initial: [null],
    add: (slots, at, value) => {
      const digest = (slots[at] ??= newDigest()) as Digest
      addNumber(digest, value as number) // isNumeric
    },
    merge: (slots, at, from, fromAt) => {
      const other = from[fromAt] as Digest | null
      if (other !== null) mergeDigest((slots[at] ??= newDigest()) as Digest, other)
    },
    result: (slots, at) => {
      const digest = slots[at] as Digest | null
      return digest === null ? null : quantile(digest, percent / 100)
    },
  }
}
