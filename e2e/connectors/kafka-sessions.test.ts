import { kafkaConnection, kafkaIn } from '@millrace/nodes-kafka'
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
  vi.waitFor(check, { timeout: 60_000, interval: 20 })
const pause = (delayMs: number) => new Promise((resolve) => void setTimeout(resolve, delayMs))
const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)
const numbersOf = (...nodes: readonly TestRun[]): number[] =>
  nodes
    .flatMap((node) => node.emitted('out'))
    .map(({ payload }) => (payload as { n: number }).n)
    .toSorted((one, other) => one - other)
const reads = (node: TestRun) => node.statuses().at(-1)?.text ?? ''

describeWith(['kafka', 'kcat'], 'members of a consumer group', () => {
  let kafka: Kafka

  beforeAll(async () => {
    kafka = await startKafka()
  }, 120_000)
  afterAll(() => kafka.stop())

  async function source(topic: string, more: Record<string, unknown> = {}): Promise<TestRun> {
    const connection = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
    const config = {
      cluster: connection.handle,
      topic,
      group: topic,
      sessionTimeoutMs: 3_000,
      fetchWaitMs: 50,
      eventTime: (message: Message) => message['timestamp'],
      partition: (message: Message) => message['partition'],
      ...more,
    }
    const node = run(kafkaIn, config, { time, isDurable: true })
    opened.push(async () => {
      await node.stop()
      await node.close()
      await connection.close()
    })
    await node.start()
    return node
  }

  const write = (topic: string, count: number, from: number) =>
    kafka.write(
      topic,
      range(count, from).map((n) => ({ key: `k${n % 20}`, value: JSON.stringify({ n }) })),
    )

  test('stay members while what they give back is not yet stored, so that nothing is read twice', async () => {
    await kafka.createTopic('slow', { partitions: 2 })
    await write('slow', 200, 0)
    const first = await source('slow')
    await until(() => expect(numbersOf(first)).toEqual(range(200)))
    const second = await source('slow')
    // Longer than a session, in which no epoch ends.
    await pause(7_000)
    expect(second.emitted('out')).toEqual([])
    first.epoch()
    await until(() => {
      second.epoch()
      const shares = [first, second].map((node) => reads(node).match(/slow (\S+)/)?.[1] ?? '')
      expect(new Set(shares)).toEqual(new Set(['0', '1']))
    })
    await write('slow', 200, 200)
    await until(() => expect(numbersOf(first, second)).toEqual(range(400)))
    expect(second.emitted('out').length).toBeGreaterThan(0)
  }, 60_000)

  test('keep their partitions while the flow makes them wait for longer than a session', async () => {
    await kafka.createTopic('held')
    const node = await source('held')
    await until(() => expect(reads(node)).toContain('0 behind'))
    node.pause()
    await write('held', 100, 0)
    await pause(5_000)
    node.resume()
    await until(() => expect(numbersOf(node)).toEqual(range(100)))
    expect(node.statuses().filter(({ state }) => state === 'error')).toEqual([])
    expect(node.log()).toEqual([])
  }, 60_000)

  test('go on where they were after Kafka was killed, and say when it is back', async () => {
    await kafka.createTopic('killed')
    const node = await source('killed', { sessionTimeoutMs: 45_000 })
    await write('killed', 100, 0)
    await until(() => expect(numbersOf(node)).toEqual(range(100)))
    node.epoch()
    await kafka.kill()
    await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
    await kafka.restart()
    await write('killed', 100, 100)
    await until(() => expect(numbersOf(node)).toEqual(range(200)))
    await until(() => expect(node.statuses().at(-1)?.state).toBe('ok'))
  }, 120_000)
})
