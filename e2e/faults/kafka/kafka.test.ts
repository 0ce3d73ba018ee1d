import { describeWith } from '@millrace/services/vitest'
import { expect, test } from 'vitest'
import { kafkaExactlyOnce } from '../cases/kafka-exactly-once.ts'
import { lossesOf } from '../fault.ts'

describeWith(['kafka', 'kcat'], 'from Kafka to Kafka', () => {
  test(
    'has every window once and right, whenever the engine is killed',
    { timeout: 180_000 },
    async () => {
      const outcome = await kafkaExactlyOnce.run({ isShort: true, say: () => undefined })
      expect(outcome.verdict.acknowledged).toBeGreaterThan(0)
      expect(outcome.verdict.windows).toBeGreaterThan(0)
      expect(lossesOf(outcome)).toEqual([])
    },
  )
})
