import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Flow } from '@millrace/flow'
import { Producer } from '@platformatic/kafka'
import { startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startEngine } from '../faults/engine.ts'
import type { Engine } from '../faults/engine.ts'
import { kafkaConnections } from '../faults/kafka/kafka-flow.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const partitions = 4
const limitMs = 180_000
const eventually = (check: () => Promise<void>) =>
  vi.waitFor(check, { timeout: 60_000, interval: 250 })

/** Both servers run it, in one consumer group. */
const sharedFlow: Flow = {
  millrace: 1,
  name: 'shared',
  title: 'Shared',
  nodes: [
    {
      id: 'in',
      type: 'kafka/in',
      config: { cluster: 'kafka', topic: 'shared-in', fetchWaitMs: 50, sessionTimeoutMs: 6_000 },
    },
    { id: 'out', type: 'kafka/out', config: { cluster: 'kafka', topic: 'shared-out' } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'out', port: 'in' } }],
  layout: {},
}

const minuteMs = 60_000

/** Counts the messages of each minute by the times that Kafka has of them. */
const countingFlow: Flow = {
  millrace: 1,
  name: 'counting',
  title: 'Counting',
  nodes: [
    { id: 'in', type: 'kafka/in', config: { cluster: 'kafka', topic: 'timed', fetchWaitMs: 50 } },
    {
      id: 'window',
      type: 'window/aggregate',
      config: {
        type: 'tumbling',
        sizeMs: minuteMs,
        aggregates: [{ id: 'c', function: 'count', name: 'count' }],
      },
    },
    { id: 'counts', type: 'kafka/out', config: { cluster: 'kafka', topic: 'timed-counts' } },
    {
      id: 'errors',
      type: 'kafka/out',
      config: { cluster: 'kafka', topic: 'timed-errors', payload: 'error' },
    },
    { id: 'late', type: 'kafka/out', config: { cluster: 'kafka', topic: 'timed-late' } },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'window', port: 'in' } },
    { from: { node: 'in', port: 'error' }, to: { node: 'errors', port: 'in' } },
    { from: { node: 'window', port: 'out' }, to: { node: 'counts', port: 'in' } },
    { from: { node: 'window', port: 'late' }, to: { node: 'late', port: 'in' } },
  ],
  layout: {},
}

describeWith(['kafka', 'kcat'], 'servers with one Kafka', () => {
  let kafka: Kafka

  beforeAll(async () => {
    kafka = await startKafka()
    await kafka.createTopic('shared-in', { partitions })
    await kafka.createTopic('shared-out', { partitions })
  }, 120_000)
  afterAll(() => kafka.stop())

  async function server(flow = sharedFlow): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-servers-'))
    const engine = await startEngine(folder)
    opened.push(async () => {
      await engine.kill()
      await rm(folder, { recursive: true, force: true })
    })
    await engine.deploy(flow, kafkaConnections(kafka.address))
    return engine
  }

  let next = 0
  async function write(count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, at) => next + at)
    next += count
    await kafka.write(
      'shared-in',
      numbers.map((n) => ({ key: `k${n % 40}`, value: JSON.stringify({ n }) })),
    )
  }

  async function found(): Promise<ReadonlySet<number>> {
    const records = await kafka.read('shared-out')
    return new Set(records.map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n))
  }

  /** Records with times of their own, in one partition; apart, as the library cuts long spans off. */
  async function writeTimed(topic: string, times: readonly number[]): Promise<void> {
    const producer = new Producer({ clientId: 'timed', bootstrapBrokers: [kafka.address] })
    for (const [n, at] of times.entries()) {
      const value = Buffer.from(JSON.stringify({ n }))
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await producer.send({ messages: [{ topic, value, timestamp: BigInt(at) }] })
    }
    await producer.close()
  }

  const values = async (topic: string) =>
    (await kafka.read(topic)).map(({ value }) => JSON.parse(value ?? '') as object)

  test(
    'lets records whose times are years ahead or behind leave, and goes on with time as it is',
    async () => {
      const settings = {
        'message.timestamp.after.max.ms': String(200 * 365 * 24 * 60 * minuteMs),
        'retention.ms': '-1',
      }
      await kafka.createTopic('timed', { settings })
      for (const name of ['timed-counts', 'timed-errors', 'timed-late']) {
        // oxlint-disable-next-line no-await-in-loop -- a few
        await kafka.createTopic(name, { settings })
      }
      const engine = await server(countingFlow)
      const now = Date.now()
      const [century, seventies] = [Date.UTC(2100, 0, 1), 5]
      const before = [30, 30, 20].map((minutes) => now - minutes * minuteMs)
      const after = [10, 10, 5].map((minutes) => now - minutes * minuteMs)
      await writeTimed('timed', [...before, century, seventies, ...after])
      // All windows but the last, which is open.
      await eventually(async () => {
        const counts = (await values('timed-counts')) as { readonly count: number }[]
        expect(counts.map(({ count }) => count)).toEqual([2, 1, 2])
      })
      await eventually(async () => {
        expect(await values('timed-errors')).toMatchObject([
          { code: 'EVENT_TIME_AHEAD', message: expect.stringContaining('2100-01-01') },
        ])
        expect(await values('timed-late')).toEqual([{ n: before.length + 1 }])
      })
      await engine.stop()
    },
    limitMs,
  )

  test(
    'lose nothing while one joins, is killed, comes back and leaves',
    async () => {
      const first = await server()
      await write(500)
      await eventually(async () => expect((await found()).size).toBe(next))
      const joining = server()
      await write(500)
      const second = await joining
      await write(500)
      await eventually(async () => expect((await found()).size).toBe(next))
      await write(500)
      await first.kill()
      await write(500)
      // Once the broker takes the first to be gone, the second goes on in its partitions.
      await eventually(async () => expect((await found()).size).toBe(next))
      const third = server()
      await write(500)
      await (await third).stop()
      await write(500)
      await eventually(async () => expect((await found()).size).toBe(next))
      await second.stop()
    },
    limitMs,
  )
})
