import { kafkaConnection, kafkaOut } from '@millrace/nodes-kafka'
import type { Message } from '@millrace/sdk'
import { openConnection, realTime, run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 40_000, interval: 20 })
const messages = (count: number, from: number): readonly Message[] =>
  Array.from({ length: count }, (_, at) => ({ payload: from + at, key: `k${at % 5}` }))
const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)

type Options = NonNullable<Parameters<typeof run>[2]>

describeWith(['kafka', 'kcat'], 'Kafka out, exactly once, by two that have the same state', () => {
  let kafka: Kafka

  beforeAll(async () => {
    kafka = await startKafka()
    await kafka.createTopic('copied', { partitions: 2 })
  }, 120_000)
  afterAll(() => kafka.stop())

  function sink(options: Options = {}): TestRun {
    const connection = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
    const config = {
      cluster: connection.handle,
      topic: () => 'copied',
      key: (message: Message) => message.key,
      guarantee: 'exactlyOnce',
    }
    const node = run(kafkaOut, config, { time, isDurable: true, id: 'copied', ...options })
    opened.push(async () => {
      await node.close()
      await connection.close()
    })
    return node
  }

  const found = async (): Promise<number[]> =>
    (await kafka.read('copied')).map(({ value }) => Number(value)).toSorted((a, b) => a - b)

  /** Its messages are stored, and written as far as it may write. */
  async function give(node: TestRun, count: number, from: number): Promise<void> {
    node.sendAll(messages(count, from))
    await until(() => expect(node.openHolds).toBe(0))
    node.epoch()
  }

  test('loses nothing of either, and says that there are two', async () => {
    const original = sink()
    await give(original, 10, 0)
    await until(async () => expect(await found()).toEqual(range(10)))
    original.epoch()
    const copy = sink({ snapshot: original.snapshot() })
    for (let round = 0; round < 3; round += 1) {
      await give(copy, 10, 1_000 + round * 10)
      await give(copy, 10, 2_000 + round * 10)
      await give(original, 10, 3_000 + round * 10)
      const written = [0, 1_000, 2_000, 3_000].flatMap((from) =>
        range(from === 0 ? 10 : 10 * (round + 1), from),
      )
      await until(async () => {
        // What is numbered anew is written once that is stored.
        original.epoch()
        copy.epoch()
        expect(await found()).toEqual(written)
      })
    }
    expect(original.log().some(({ text }) => text.includes("copy of this flow's state"))).toBe(true)
  }, 120_000)
})
