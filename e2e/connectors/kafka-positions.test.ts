import { kafkaConnection, kafkaIn, kafkaOut } from '@millrace/nodes-kafka'
import type { Message } from '@millrace/sdk'
import { openConnection, realTime, run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import {
  addPartitions,
  deleteRecords,
  oldestOffsets,
  startKafka,
  writeAt,
} from '@millrace/services'
import type { Kafka } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const limitMs = 120_000
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 60_000, interval: 20 })

const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)
const numbersOf = (node: TestRun): number[] =>
  node
    .emitted('out')
    .map(({ payload }) => (payload as { n: number }).n)
    .toSorted((one, other) => one - other)
const lastStatus = (node: TestRun) => node.statuses().at(-1)

type Options = NonNullable<Parameters<typeof run>[2]>

describeWith(['kafka', 'kcat'], 'Kafka in, where what it was to read is not there', () => {
  let kafka: Kafka

  beforeAll(async () => {
    kafka = await startKafka({
      // Looks for what is too old this often; the server's own default age counts.
      configuration: [
        'log.retention.ms=604800000',
        'log.retention.check.interval.ms=500',
        'log.initial.task.delay.ms=500',
      ],
    })
  }, 120_000)
  afterAll(() => kafka.stop())

  async function source(config: Record<string, unknown>, options: Options = {}): Promise<TestRun> {
    const connection = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
    const times = {
      eventTime: (message: Message) => message['timestamp'],
      partition: (message: Message) => message['partition'],
    }
    const all = { cluster: connection.handle, fetchWaitMs: 50, ...times, ...config }
    const node = run(kafkaIn, all, { time, isDurable: true, ...options })
    opened.push(async () => {
      await node.stop()
      await node.close()
      await connection.close()
    })
    await node.start()
    return node
  }

  const write = (topic: string, count: number, { from = 0, partition = 0 } = {}) =>
    kafka.write(
      topic,
      range(count, from).map((n) => ({ value: JSON.stringify({ n }) })),
      partition,
    )

  test('tells of what was deleted before it was read, with the range, and goes on behind it', async () => {
    await kafka.createTopic('deleted')
    const first = await source({ topic: 'deleted' })
    await write('deleted', 100)
    await until(() => expect(first.emitted('out')).toHaveLength(100))
    first.epoch()
    const snapshot = first.snapshot()
    await first.stop()
    await first.close()
    await write('deleted', 100, { from: 100 })
    await deleteRecords(kafka.address, { topic: 'deleted', partition: 0, offset: 150 })

    const second = await source({ topic: 'deleted' }, { snapshot })
    await until(() => expect(numbersOf(second)).toEqual(range(50, 150)))
    const missing = { from: 100, to: 149, count: 50 }
    expect(second.failures()).toMatchObject([
      { code: 'KAFKA_RECORDS_DELETED', original: { topic: 'deleted', payload: missing } },
    ])
    expect(second.log().some(({ text }) => text.includes('offsets 100 to 149'))).toBe(true)
    await until(() =>
      expect(lastStatus(second)).toEqual({
        state: 'warning',
        text: 'Reads deleted 0 · 0 behind · 50 deleted before they were read',
      }),
    )
  }, 60_000)

  test('passes on what it had fetched before the rest was deleted', async () => {
    await kafka.createTopic('ahead')
    const node = await source({ topic: 'ahead', fetchBytes: 1024 })
    await until(() => expect(lastStatus(node)?.state).toBe('ok'))
    node.pause()
    // As many batches; the first is more than it fetches ahead.
    for (const from of [0, 100, 200, 300]) await write('ahead', 100, { from })
    await until(() => expect(lastStatus(node)?.text).toMatch(/ [1-9]\d* behind/))
    await deleteRecords(kafka.address, { topic: 'ahead', partition: 0, offset: 390 })
    node.resume()
    await until(() => expect(node.failures()).toHaveLength(1))
    await until(() => expect(numbersOf(node)).toContain(399))
    const [failure] = node.failures()
    const missing = failure?.original?.payload as { from: number; to: number } | undefined
    const from = missing?.from ?? 0
    expect(from).toBeGreaterThan(0)
    expect(missing?.to).toBe(389)
    expect(numbersOf(node)).toEqual([...range(from), ...range(10, 390)])
  }, 60_000)

  test('tells of messages with old times that retention deletes, as of any others', async () => {
    const timeMs = 1_700_000_000_000
    await kafka.createTopic('old')
    const topic = { topic: 'old', group: 'old', startAt: 'latest' }
    const first = await source(topic)
    await until(() => expect(lastStatus(first)?.text).toContain('0 behind'))
    first.epoch()
    const snapshot = first.snapshot()
    await first.stop()
    await first.close()
    await writeAt(kafka.address, { topic: 'old', timeMs, count: 500 })
    await until(async () => {
      expect(await oldestOffsets(kafka.address, ['old'], 1)).toMatchObject([{ offset: 500 }])
    })
    const second = await source(topic, { snapshot })
    await until(() => expect(second.failures()).toHaveLength(1))
    expect(second.failures()).toMatchObject([
      { code: 'KAFKA_RECORDS_DELETED', original: { payload: { from: 0, to: 499, count: 500 } } },
    ])
  }, 60_000)

  test('is told by the node that writes them, too', async () => {
    await kafka.createTopic('rewritten')
    const connection = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
    const config = { cluster: connection.handle, topic: () => 'rewritten', key: () => null }
    const node = run(kafkaOut, config, { time })
    opened.push(async () => {
      await node.close()
      await connection.close()
    })
    await until(() => {
      node.send({ payload: 1, time: 1_700_000_000_000 })
      expect(lastStatus(node)).toMatchObject({ state: 'warning' })
    })
    expect(lastStatus(node)?.text).toContain('The broker deletes what is written to "rewritten"')
  }, 60_000)

  test('reads a topic that was made anew from its beginning, however long it is by then', async () => {
    await kafka.createTopic('anew')
    const first = await source({ topic: 'anew', startAt: 'latest' })
    await until(() => expect(lastStatus(first)?.state).toBe('ok'))
    await write('anew', 100)
    await until(() => expect(first.emitted('out')).toHaveLength(100))
    first.epoch()
    const snapshot = first.snapshot()
    await first.stop()
    await first.close()
    await kafka.deleteTopic('anew')
    await kafka.createTopic('anew')
    await write('anew', 300, { from: 1_000 })
    const second = await source({ topic: 'anew', startAt: 'latest' }, { snapshot })
    await until(() => expect(numbersOf(second)).toEqual(range(300, 1_000)))
    expect(second.log().some(({ text }) => text.includes('made anew'))).toBe(true)
  }, 60_000)

  test(
    'reads such a topic also when that happens while it runs, and has another number of partitions',
    async () => {
      await kafka.createTopic('living')
      const node = await source({ topic: 'living' })
      await write('living', 100)
      await until(() => expect(node.emitted('out')).toHaveLength(100))
      node.epoch()
      await kafka.deleteTopic('living')
      await kafka.createTopic('living', { partitions: 2 })
      await write('living', 200, { from: 1_000 })
      await write('living', 200, { from: 1_200, partition: 1 })
      await until(() => {
        // Its positions are given back once they are stored.
        node.epoch()
        expect(numbersOf(node)).toEqual([...range(100), ...range(400, 1_000)])
      })
      expect(node.failures()).toEqual([])
    },
    limitMs,
  )

  test(
    'reads partitions that are added from their beginning, also where only new messages count',
    async () => {
      await kafka.createTopic('grows')
      await write('grows', 10)
      const node = await source({ topic: 'grows', startAt: 'latest' })
      await until(() => expect(lastStatus(node)?.text).toContain('0 behind'))
      node.epoch()
      await addPartitions(kafka.address, 'grows', 2)
      await until(() => write('grows', 20, { from: 100, partition: 1 }))
      await until(() => {
        node.epoch()
        expect(numbersOf(node)).toEqual(range(20, 100))
      })
    },
    limitMs,
  )

  test('reads a topic from its beginning that is made while it waits for it', async () => {
    const node = await source({ topic: 'awaited', startAt: 'latest' })
    await until(() => expect(lastStatus(node)?.text).toContain('no topic "awaited"'))
    await kafka.createTopic('awaited')
    await write('awaited', 10)
    await until(() => expect(numbersOf(node)).toEqual(range(10)))
  }, 60_000)

  test('tells the group where it began, so that whoever goes on for it misses nothing', async () => {
    await kafka.createTopic('begun')
    await write('begun', 10)
    const config = { topic: 'begun', group: 'begun', startAt: 'latest' }
    const first = await source(config)
    await until(() => expect(lastStatus(first)?.text).toContain('0 behind'))
    first.epoch()
    await first.stop()
    await first.close()
    await write('begun', 5, { from: 10 })
    const second = await source(config)
    await until(() => expect(numbersOf(second)).toEqual(range(5, 10)))
  }, 60_000)
})
