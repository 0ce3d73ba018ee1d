import { manualTime } from '@millrace/sdk/testing'
import type { MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import { PacketSplitter } from '../wire/packet-splitter.ts'
import { PublishEncoder } from '../wire/publish-encoder.ts'
import { Inbox } from './inbox.ts'
import { Subscriber } from './subscriber.ts'

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function ignore(): void {
  // Nobody looks at it here.
}

function bench() {
  const time = manualTime(0)
  let acknowledged = 0
  const inbox = new Inbox({
    isVersion5: false,
    append: (bytes) => void (acknowledged += bytes.length / 4),
  })
  // Of the library only this is used.
  const client = { subscribe: ignore, unsubscribe: ignore } as unknown as MqttClient
  const timers = {
    after: (delayMs: number, run: () => void) => time.schedule(delayMs, run),
    every: (delayMs: number, run: () => void) => time.schedule(delayMs, run),
    soon: (run: () => void) => void time.schedule(0, run),
  }
  const subscriber = new Subscriber({ client, inbox, timers, log: silent, onChange: ignore })
  const splitter = new PacketSplitter((...packet) => inbox.onPublish(...packet), 10_000)
  const encoder = new PublishEncoder(false)
  return {
    time,
    acknowledged: () => acknowledged,
    publish: (payload: string, id: number) => {
      const bytes = Buffer.alloc(1_000)
      const message = { topic: 'a', payload, qos: 1, retain: false } as const
      splitter.feed(bytes.subarray(0, encoder.write(bytes, 0, message, id)))
      inbox.endOfRead()
    },
    subscribe: () => {
      const taken: string[] = []
      const subscription = subscriber.subscribe({
        filters: ['a'],
        qos: 1,
        onRefused: ignore,
        onBatch: ({ arrivals, count }, settled) => {
          for (const { bytes, start, end } of arrivals.slice(0, count)) {
            taken.push(bytes.toString('utf8', start, end))
          }
          settled()
        },
      })
      return { ...subscription, taken }
    },
  }
}

test('gives each message to one of a node and the node in its place, and acknowledges it at once', () => {
  const { subscribe, publish, acknowledged, time } = bench()
  const nodes = [subscribe()]
  for (let id = 1; id <= 3; id += 1) {
    publish(`${id}`, id)
    const before = nodes.at(-1)
    before?.stop()
    // It closes only once what it has delivered is dealt with.
    nodes.push(subscribe())
    publish(`${id} again`, id + 10)
    before?.close()
    expect(acknowledged()).toBe(id * 2)
  }
  time.advance(10_000)
  publish('last', 20)
  expect(nodes.flatMap(({ taken }) => taken)).toEqual([
    '1',
    '1 again',
    '2',
    '2 again',
    '3',
    '3 again',
    'last',
  ])
})

test('keeps what comes between a node and the one that takes its place', () => {
  const { subscribe, publish, acknowledged, time } = bench()
  const first = subscribe()
  first.stop()
  publish('1', 1)
  first.close()
  publish('2', 2)
  time.advance(1_000)
  expect(acknowledged()).toBe(0)
  const second = subscribe()
  expect([second.taken, acknowledged()]).toEqual([['1', '2'], 2])
})
