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
  vi.waitFor(check, { timeout: 40_000, interval: 5 })
const pause = (delayMs: number) => new Promise((resolve) => void setTimeout(resolve, delayMs))

type Options = NonNullable<Parameters<typeof run>[2]>

const messages = (count: number, from: number): readonly Message[] =>
  Array.from({ length: count }, (_, at) => ({ payload: from + at, key: `k${(from + at) % 5}` }))

describeWith(['kafka', 'kcat'], 'Kafka out, exactly once', () => {
  let kafka: Kafka
  let made = 0

  beforeAll(async () => {
    kafka = await startKafka()
  }, 120_000)
  afterAll(() => kafka.stop())

  async function topic(partitions = 2): Promise<string> {
    made += 1
    await kafka.createTopic(`out-${made}`, { partitions })
    return `out-${made}`
  }

  function sink(name: string, more: Record<string, unknown> = {}, options: Options = {}): TestRun {
    const connection = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
    const config = {
      cluster: connection.handle,
      topic: () => name,
      key: (message: Message) => message.key,
      guarantee: 'exactlyOnce',
      ...more,
    }
    const node = run(kafkaOut, config, { time, isDurable: true, id: name, ...options })
    opened.push(async () => {
      await node.close()
      await connection.close()
    })
    return node
  }

  const numbersIn = async (name: string): Promise<number[]> =>
    (await kafka.read(name)).map(({ value }) => Number(value)).toSorted((one, other) => one - other)
  const range = (count: number) => Array.from({ length: count }, (_, at) => at)

  test('writes what an epoch has stored, and nothing before that', async () => {
    const name = await topic()
    const node = sink(name)
    node.sendAll(messages(100, 0))
    await until(() => expect(node.openHolds).toBe(0))
    expect(await numbersIn(name)).toEqual([])
    node.epoch()
    await until(async () => expect(await numbersIn(name)).toEqual(range(100)))
    expect(node.failures()).toEqual([])
    node.sendAll(messages(50, 100))
    node.epoch()
    await until(async () => expect(await numbersIn(name)).toEqual(range(150)))
  })

  test('has each message once whenever it crashes and whatever became of the transaction', async () => {
    const name = await topic()
    let snapshot: ReturnType<TestRun['snapshot']> | undefined
    let stored = 0
    for (let life = 0; life < 25; life += 1) {
      const node = sink(name, {}, snapshot === undefined ? {} : { snapshot })
      let sent = stored
      for (let epoch = 0; epoch < 1 + (life % 3); epoch += 1) {
        node.sendAll(messages(20, sent))
        sent += 20
        // oxlint-disable-next-line no-await-in-loop -- one epoch after the other
        if (life % 4 !== 0) await until(() => expect(node.openHolds).toBe(0))
        if (node.openHolds > 0) break
        node.epoch()
        snapshot = node.snapshot()
        stored = sent
        // oxlint-disable-next-line no-await-in-loop
        await pause(Math.random() * 60)
      }
      // Its former self goes on as a server does that only seems to be gone.
    }
    const last = sink(name, {}, snapshot === undefined ? {} : { snapshot })
    last.sendAll(messages(20, stored))
    await until(() => expect(last.openHolds).toBe(0))
    last.epoch()
    await until(async () => expect(await numbersIn(name)).toEqual(range(stored + 20)))
  })

  test('writes what is left after the broker was killed in the midst of a transaction', async () => {
    const name = await topic()
    const node = sink(name)
    let sent = 0
    for (let kill = 0; kill < 2; kill += 1) {
      for (let epoch = 0; epoch < 10; epoch += 1) {
        node.sendAll(messages(500, sent))
        sent += 500
        node.epoch()
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await pause(20)
      }
      // oxlint-disable-next-line no-await-in-loop
      await kafka.kill()
      node.sendAll(messages(500, sent))
      sent += 500
      node.epoch()
      // oxlint-disable-next-line no-await-in-loop
      await until(() => expect(node.statuses().at(-1)).toMatchObject({ state: 'error' }))
      // oxlint-disable-next-line no-await-in-loop
      await kafka.restart()
    }
    await until(() => {
      // Once it was asked what it has noted, what was held goes into the outbox.
      node.epoch()
      expect(node.statuses().at(-1)).toMatchObject({ state: 'ok' })
    })
    await until(async () => expect(await numbersIn(name)).toEqual(range(sent)))
  }, 120_000)

  test('lets only what is refused leave by the error port, and writes the rest', async () => {
    const name = await topic(1)
    const node = sink(name, { topic: (message: Message) => message.topic ?? name })
    const large = { payload: 'x'.repeat(1_040_000) }
    node.sendAll([...messages(10, 0), large, ...messages(10, 10)])
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.failures()).toMatchObject([{ code: 'KAFKA_TOO_LARGE' }])
    node.epoch()
    await until(async () => expect(await numbersIn(name)).toEqual(range(20)))
    const numbered = {
      partitioner: 'number',
      partitionNumber: (message: Message) => message.payload,
    }
    const other = sink(name, numbered, { id: 'other' })
    other.sendAll([{ payload: 0 }, { payload: 7, key: 'k' }])
    await until(() => expect(other.openHolds).toBe(0))
    other.epoch()
    await until(() => expect(other.failures()).toHaveLength(1))
    expect(other.failures()).toMatchObject([
      { code: 'KAFKA_BAD_PARTITION', original: { topic: name, key: 'k' } },
    ])
  })

  test('slows the flow before the outbox is full, and lets it go on', async () => {
    const name = await topic()
    const node = sink(name, { bufferBytes: 65_536 })
    node.sendAll(Array.from({ length: 60 }, () => ({ payload: 'x'.repeat(1_000) })))
    expect(node.isPressing).toBe(true)
    await until(() => expect(node.openHolds).toBe(0))
    expect(node.isPressing).toBe(true)
    node.epoch()
    await until(() => expect(node.isPressing).toBe(false))
    expect(await kafka.read(name)).toHaveLength(60)
  })

  test('writes at least once where no state is stored, and says so', async () => {
    const name = await topic()
    const node = sink(name, {}, { isDurable: false })
    node.sendAll(messages(10, 0))
    await until(() => expect(node.openHolds).toBe(0))
    expect(await numbersIn(name)).toEqual(range(10))
    expect(node.log().some(({ text }) => text.includes('at least once'))).toBe(true)
  })
})
