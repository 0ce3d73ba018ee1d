import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Flow } from '@millrace/flow'
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

describeWith(['kafka', 'kcat'], 'two servers with one flow', () => {
  let kafka: Kafka

  beforeAll(async () => {
    kafka = await startKafka()
    await kafka.createTopic('shared-in', { partitions })
    await kafka.createTopic('shared-out', { partitions })
  }, 120_000)
  afterAll(() => kafka.stop())

  async function server(): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-servers-'))
    const engine = await startEngine(folder)
    opened.push(async () => {
      await engine.kill()
      await rm(folder, { recursive: true, force: true })
    })
    await engine.deploy(sharedFlow, kafkaConnections(kafka.address))
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
