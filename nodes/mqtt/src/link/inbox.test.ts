import { expect, test } from 'vitest'
import { PacketSplitter } from '../wire/packet-splitter.ts'
import type { Qos } from '../wire/packet-type.ts'
import { PublishEncoder } from '../wire/publish-encoder.ts'
import { Inbox } from './inbox.ts'
import { Taker } from './taker.ts'

interface Batch {
  readonly payloads: readonly string[]
  readonly settled: (error?: unknown) => void
}

function bench() {
  const answers: string[] = []
  const inbox = new Inbox({
    isVersion5: false,
    append: (bytes) => answers.push(...(Buffer.from(bytes).toString('hex').match(/.{8}/g) ?? [])),
  })
  const takers: Taker[] = []
  const add = (...filters: string[]) => {
    const batches: Batch[] = []
    const taker = new Taker({
      filters,
      qos: 2,
      onRefused: () => undefined,
      onBatch: ({ arrivals, count }, settled) => {
        const payloads = arrivals
          .slice(0, count)
          .map(({ bytes, start, end }) => bytes.toString('utf8', start, end))
        batches.push({ payloads, settled })
      },
    })
    takers.push(taker)
    inbox.setTakers([...takers])
    return { taker, batches }
  }
  const encoder = new PublishEncoder(false)
  const splitter = new PacketSplitter((...packet) => inbox.onPublish(...packet), 10_000)
  const read = (...packets: readonly (readonly [string, Qos, number, string])[]) => {
    for (const [topic, qos, id, payload] of packets) {
      const bytes = Buffer.alloc(1000)
      const end = encoder.write(bytes, 0, { topic, payload, qos, retain: false }, id)
      splitter.feed(bytes.subarray(0, end))
    }
    inbox.endOfRead()
  }
  return { inbox, add, read, answers }
}

const puback = (id: number) => `4002${id.toString(16).padStart(4, '0')}`
const pubrec = (id: number) => `5002${id.toString(16).padStart(4, '0')}`

test('hands over what came with one read as one batch, to each that wants it', () => {
  const { add, read } = bench()
  const [one, both] = [add('a'), add('a', '+')]
  read(['a', 0, 0, '1'], ['b', 0, 0, '2'], ['a', 0, 0, '3'])
  expect(one.batches.map(({ payloads }) => payloads)).toEqual([['1', '3']])
  expect(both.batches.map(({ payloads }) => payloads)).toEqual([['1', '2', '3']])
})

test('acknowledges in the order of arrival, once all takers are done', () => {
  const { add, read, answers } = bench()
  const [one, two] = [add('#'), add('a')]
  read(['a', 1, 1, 'x'], ['b', 1, 2, 'y'])
  read(['b', 1, 3, 'z'])
  one.batches[1]?.settled()
  one.batches[0]?.settled()
  expect(answers).toEqual([])
  two.batches[0]?.settled()
  expect(answers).toEqual([puback(1), puback(2), puback(3)])
})

test('acknowledges what nobody wants, and what the flow gave up', () => {
  const { add, read, answers } = bench()
  const { batches } = add('a')
  read(['b', 1, 1, 'x'])
  expect(answers).toEqual([puback(1)])
  read(['a', 1, 2, 'x'])
  batches[0]?.settled(new Error('refused by the database'))
  expect(answers).toEqual([puback(1), puback(2)])
})

test('does not acknowledge what was given up because the node ended', () => {
  const { add, read, answers } = bench()
  const { taker, batches } = add('a')
  read(['a', 1, 1, 'x'])
  taker.state = 'stopped'
  batches[0]?.settled(new Error('node closed'))
  read(['a', 1, 2, 'y'])
  expect([answers, batches.length]).toEqual([[], 1])
})

test('hands a QoS 2 message over once, however often it is sent, and answers each time', () => {
  const { add, read, answers, inbox } = bench()
  const { batches } = add('a')
  read(['a', 2, 9, 'x'])
  inbox.onDisconnected()
  inbox.onConnected(true)
  read(['a', 2, 9, 'x'])
  expect(answers).toEqual([])
  batches[0]?.settled()
  expect(answers).toEqual([pubrec(9)])
  read(['a', 2, 9, 'x'])
  expect(answers).toEqual([pubrec(9), pubrec(9)])
  expect(batches).toHaveLength(1)
  inbox.onPubrel(9)
  expect(answers.at(-1)).toBe('70020009')
  read(['a', 2, 9, 'next'])
  expect(batches[1]?.payloads).toEqual(['next'])
})

test('forgets half-received messages when the broker has forgotten the session', () => {
  const { add, read, answers, inbox } = bench()
  const { batches } = add('a')
  read(['a', 2, 9, 'old'])
  inbox.onDisconnected()
  inbox.onConnected(false)
  read(['a', 2, 9, 'new'])
  expect(batches.map(({ payloads }) => payloads)).toEqual([['old'], ['new']])
  batches[0]?.settled()
  expect(answers).toEqual([])
  batches[1]?.settled()
  expect(answers).toEqual([pubrec(9)])
})

test('tells takers of a session that is new, also those that come before its first message', () => {
  const { inbox, read, add } = bench()
  const told: string[] = []
  const late = (name: string) => {
    const wants = { filters: [name], qos: 1, onRefused: () => undefined } as const
    const onNewSession = () => void told.push(name)
    inbox.setTakers([
      new Taker({ ...wants, onBatch: (_batch, settled) => settled(), onNewSession }),
    ])
  }
  late('a')
  inbox.onConnected(true)
  expect(told).toEqual([])
  inbox.onConnected(false)
  late('b')
  read(['b', 1, 1, 'x'])
  late('c')
  expect(told).toEqual(['a', 'b'])
  add('d')
})

test('keeps what comes while a taker is paused, and hands it over first afterwards', () => {
  const { add, read, answers } = bench()
  const { taker, batches } = add('a')
  taker.state = 'paused'
  read(['a', 0, 0, '1'], ['a', 1, 5, '2'])
  read(['a', 0, 0, '3'])
  expect(batches).toEqual([])
  taker.state = 'running'
  taker.unpark()
  expect(batches.map(({ payloads }) => payloads)).toEqual([['1', '2'], ['3']])
  expect(answers).toEqual([])
  batches[0]?.settled()
  expect(answers).toEqual([puback(5)])
})

test('keeps a bounded amount for a paused taker, and counts what it drops of QoS 0', () => {
  const { add, read, inbox } = bench()
  const { taker } = add('a')
  taker.state = 'paused'
  const long = 'x'.repeat(900)
  for (let count = 0; count < 10_000; count += 1) read(['a', 0, 0, long])
  expect(inbox.droppedCount).toBeGreaterThan(0)
  expect(taker.parkedBytes).toBeLessThan(8_400_000)
})
