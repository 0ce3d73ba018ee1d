import { describeWith } from '@millrace/services/vitest'
import { expect, test } from 'vitest'
import { kafkaBrokerKilled } from '../cases/kafka-broker-killed.ts'
import { kafkaExactlyOnce } from '../cases/kafka-exactly-once.ts'
import { kafkaShared, kafkaTakenOver } from '../cases/kafka-shared.ts'
import { lossesOf } from '../fault.ts'
import type { Fault } from '../fault.ts'

const options = { timeout: 180_000 }

describeWith(['kafka', 'kcat'], 'from Kafka to Kafka', () => {
  test('has every window once and right, whenever the engine is killed', options, async () => {
    expect(await lossesIn(kafkaExactlyOnce)).toEqual([])
  })

  test('has every window once and right, whenever Kafka is killed', options, async () => {
    expect(await lossesIn(kafkaBrokerKilled)).toEqual([])
  })

  test('has every message once while two engines share them', options, async () => {
    expect(await lossesIn(kafkaShared)).toEqual([])
  })

  test('loses nothing while one engine goes on for another', options, async () => {
    expect(await lossesIn(kafkaTakenOver)).toEqual([])
  })
})

async function lossesIn(fault: Fault): Promise<readonly string[]> {
  const outcome = await fault.run({ isShort: true, say: () => undefined })
  expect(outcome.verdict.acknowledged).toBeGreaterThan(0)
  expect(outcome.verdict.windows).toBeGreaterThan(0)
  return lossesOf(outcome)
}
