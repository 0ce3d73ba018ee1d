import { manualTime } from '@millrace/sdk/testing'
import type { KeyedState } from '@millrace/sdk'
import { expect, test } from 'vitest'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { Placement } from './placement.ts'
import type { StartAt } from './start-positions.ts'

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const answers: ReadonlyMap<bigint, number> = new Map([
  [-2n, 5],
  [-1n, 900],
])

interface Asked {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly timestamp: bigint }[]
}

/** A topic whose oldest record is 5, whose end is 900, and whose records of the times asked for are at 40. */
function bench(startAt: StartAt = 'latest') {
  const time = manualTime(1_000)
  const topic = { name: 'a', id: 'first', leaders: [1] }
  const maps = new Map<string, Map<string | number, unknown>>()
  const state = {
    map<Value>(name: string) {
      const map = maps.get(name) ?? new Map<string | number, unknown>()
      maps.set(name, map)
      return map as KeyedState<Value> // each map holds what its user puts there
    },
  }
  const times: bigint[] = []
  const ask = (_place: unknown, _api: unknown, _replica: number, _level: number, all: Asked[]) => {
    const topics = all.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        times.push(timestamp)
        return { partitionIndex, errorCode: 0, offset: BigInt(answers.get(timestamp) ?? 40) }
      }),
    }))
    return Promise.resolve({ topics })
  }
  const place = { host: 'kafka', port: 9092 }
  const cluster = { id: 'c', topic: () => Promise.resolve({ ...topic }), broker: () => place }
  const placement = new Placement({
    // All that is called of them.
    cluster: cluster as unknown as KafkaCluster,
    links: { ask } as unknown as BrokerLinks,
    state,
    log: silent,
    clock: time.clock,
    committed: () => Promise.resolve([]),
    startAt: () => startAt,
  })
  const begins = async (isUsed = true) => {
    const partitions = topic.leaders.map((_, partition) => partition)
    const { placed, remember } = await placement.place([{ topic: 'a', partitions }])
    if (isUsed) {
      remember()
      for (const { partition } of placed)
        placement.positions.set(partition.name, partition.position)
    }
    return placed.map(({ partition }) => partition.position)
  }
  return { placement, topic, begins, time, times }
}

test('finds what is new once more where the first finding came to nothing', async () => {
  const { topic, begins } = bench()
  expect(await begins()).toEqual([900])
  topic.leaders.push(1)
  expect(await begins(false)).toEqual([900, 5])
  expect(await begins()).toEqual([900, 5])
  topic.id = 'second'
  expect(await begins(false)).toEqual([5, 5])
  expect(await begins()).toEqual([5, 5])
})

test('reads a topic from its beginning that certainly was not there', async () => {
  const { placement, begins } = bench()
  placement.isMissing('a')
  placement.isAbsent('a')
  expect(await begins()).toEqual([5])
})

test('does not take a topic for new that a broker did not know for a moment', async () => {
  const { placement, topic, begins, time, times } = bench()
  placement.isMissing('a')
  time.advance(500)
  placement.isMissing('a')
  expect([await begins(), times]).toEqual([[40], [1_000n]])
  topic.leaders.push(1)
  expect(await begins()).toEqual([40, 5])
})

test('begins no later than the configuration says with such a topic', async () => {
  const oldest = bench('earliest')
  oldest.placement.isMissing('a')
  expect(await oldest.begins()).toEqual([5])
  const timed = bench({ timeMs: 700 })
  timed.placement.isMissing('a')
  expect([await timed.begins(), timed.times]).toEqual([[40], [700n]])
})

test('keeps what it knows of a topic that goes away', async () => {
  const { placement, begins } = bench()
  expect(await begins()).toEqual([900])
  placement.isMissing('a')
  placement.isAbsent('a')
  expect(await begins()).toEqual([900])
})
