import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { crash, play } from '../testing/restarting.ts'
import type { Step } from '../testing/restarting.ts'
import { topN } from './operator.ts'

const orderBy = ({ payload }: Message) => payload
const entry = ({ topic }: Message) => topic ?? null
const groupBy = ({ key }: Message) => key ?? null

function open(config: Record<string, unknown> = {}): TestRun {
  return run(topN, { orderBy, n: 2, sizeMs: 100, forgetAfterMs: 1000, ...config }, { startMs: 0 })
}

type Reading = readonly [time: number, value: unknown, topic?: string]

function send(node: TestRun, ...readings: readonly Reading[]): void {
  for (const [time, payload, topic] of readings) node.send({ time, payload, topic })
}

interface Told {
  readonly top: readonly {
    readonly value: unknown
    readonly rank: number
    readonly topic?: string
  }[]
}

/** Of each ranking the values, first to last. */
const values = (node: TestRun) =>
  node.take('out').map(({ payload }) => (payload as Told).top.map(({ value }) => value))

const topics = (node: TestRun) =>
  node.take('out').map(({ payload }) => (payload as Told).top.map(({ topic }) => topic))

describe('top n of stretches', () => {
  it('gives the first places when the stretch is over, and says which it was', () => {
    const node = open()
    send(node, [10, 5, 'a'], [20, 9, 'b'], [30, 7, 'c'], [120, 1, 'a'])
    node.watermark(98)
    expect(node.emitted()).toEqual([])
    node.watermark(99)
    expect(node.take()).toEqual([
      {
        time: 99,
        payload: {
          start: 0,
          end: 100,
          top: [
            { rank: 1, value: 9, time: 20, payload: 9, topic: 'b' },
            { rank: 2, value: 7, time: 30, payload: 7, topic: 'c' },
          ],
        },
      },
    ])
    node.end()
    expect(values(node)).toEqual([[1]])
    expect(node.snapshot()['entries']).toEqual([])
  })

  it('can give a message for each place, and begin with the lowest', () => {
    const node = open({ output: 'each', order: 'lowest' })
    send(node, [10, 5, 'a'], [20, 9, 'b'], [30, 7, 'c'])
    node.end()
    const window = { start: 0, end: 100 }
    expect(node.take()).toEqual([
      { time: 99, payload: 5, topic: 'a', rank: 1, window },
      { time: 99, payload: 7, topic: 'c', rank: 2, window },
    ])
  })

  it('ranks each group apart, in an order of its own', () => {
    const node = open({ groupBy, n: 1 })
    for (const key of ['z', 'a', 7, 'a']) node.send({ time: 1, key, payload: 1 })
    crash(node)
    node.end()
    expect(node.take().map(({ key, payload }) => [key, (payload as { key: unknown }).key])).toEqual(
      [
        [7, 7],
        ['a', 'a'],
        ['z', 'z'],
      ],
    )
  })

  it('gives one place to each device, by its newest message in event time, or by its best', () => {
    const readings: readonly Reading[] = [
      [50, 9, 'a'],
      [60, 3, 'a'],
      [40, 8, 'a'],
      [10, 5, 'b'],
      [20, 4, 'c'],
    ]
    const newest = open({ entry })
    send(newest, ...readings)
    newest.end()
    expect(values(newest)).toEqual([[5, 4]])
    const best = open({ entry, counts: 'best' })
    send(best, ...readings)
    best.end()
    expect(values(best)).toEqual([[9, 5]])
  })

  it.each([
    ['earlier', ['a', 'b'], [1, 2]],
    ['later', ['c', 'b'], [1, 2]],
    ['all', ['a', 'b', 'c'], [1, 1, 1]],
  ])('lets of equals %s be first', (ties, order, ranks) => {
    const node = open({ ties })
    send(node, [1, 5, 'a'], [2, 5, 'b'], [3, 5, 'c'], [4, 1, 'd'])
    node.end()
    const places = node.take().flatMap(({ payload }) => (payload as Told).top)
    expect(places.map(({ topic }) => topic)).toEqual(order)
    expect(places.map(({ rank }) => rank)).toEqual(ranks)
  })

  it('sends out as late what comes after its stretch was told, also after a restart', () => {
    const node = open()
    send(node, [10, 5])
    node.watermark(99)
    crash(node)
    send(node, [99, 6], [100, 7])
    expect(node.emitted('late')).toHaveLength(1)
    node.end()
    expect(values(node)).toEqual([[5], [7]])
  })

  it('goes by the clock when asked to, and tells what is due although no message comes', () => {
    const node = open({ time: 'processing' })
    node.advance(50)
    send(node, [999, 5])
    node.advance(20)
    crash(node)
    node.advance(29)
    expect(node.emitted()).toEqual([])
    node.advance(1)
    expect(values(node)).toEqual([[5]])
  })

  it('ranks numbers before texts, and fails what is neither', () => {
    const node = open({ n: 3 })
    send(node, [1, 'b'], [2, 'a'], [3, 1], [4, null], [5, NaN], [6, {}])
    node.end()
    expect(values(node)).toEqual([[1, 'b', 'a']])
    expect(node.failures().map(({ code }) => code)).toEqual(Array(3).fill('TOP_N_NO_VALUE'))
  })

  it('fails what does not fit any more, and keeps what it has', () => {
    const node = open({ entry, entriesMax: 2 })
    send(node, [1, 1, 'a'], [2, 2, 'b'], [3, 3, 'c'], [4, 9, 'a'])
    node.end()
    expect(node.failures()).toMatchObject([{ code: 'TOP_N_FULL' }])
    expect(values(node)).toEqual([[9, 2]])
  })
})

describe('top n, running', () => {
  const running = (config: Record<string, unknown> = {}) => open({ mode: 'running', ...config })

  it('tells the ranking when it changes, and only then', () => {
    const node = running({ entry })
    send(node, [1, 5, 'a'], [2, 3, 'b'], [3, 1, 'c'], [4, 4, 'c'], [5, 0, 'a'])
    expect(topics(node)).toEqual([['a'], ['a', 'b'], ['a', 'c'], ['c', 'b']])
  })

  it('has the time of the message, and of the group', () => {
    const node = running({ groupBy })
    node.send({ time: 7, key: 'x', payload: 1 })
    expect(node.take()).toMatchObject([{ time: 7, key: 'x', payload: { key: 'x' } }])
  })

  it('forgets who sends nothing any more, over a restart', () => {
    const node = running({ entry })
    send(node, [1, 5, 'a'])
    node.advance(600)
    send(node, [2, 3, 'b'], [3, 1, 'c'])
    node.take()
    crash(node)
    node.advance(399)
    expect(topics(node)).toEqual([])
    node.advance(1)
    expect(topics(node)).toEqual([['b', 'c']])
    node.advance(600)
    expect(topics(node)).toEqual([[]])
    expect(node.snapshot()['entries']).toEqual([])
  })

  it('keeps nothing of groups that are forgotten', () => {
    const node = running({ groupBy })
    for (let key = 0; key < 50; key += 1) node.send({ time: 1, key, payload: 1 })
    node.advance(1000)
    expect(node.emitted('out')).toHaveLength(100)
    expect(node.snapshot()['entries']).toEqual([])
    const standings: unknown = Reflect.get(Reflect.get(node, 'node'), 'standings')
    expect(standings).toMatchObject({ rankings: new Map() })
  })

  it('keeps no more than the places when nobody can come up again', () => {
    const node = running({ n: 3 })
    for (let n = 0; n < 500; n += 1) send(node, [n, n])
    expect(node.snapshot()['entries']).toHaveLength(3)
    expect(Reflect.get(Reflect.get(node, 'node'), 'due')).toMatchObject({ size: 3 })
  })

  it('begins anew when it ranks otherwise', () => {
    const node = running()
    send(node, [1, 5])
    const other = run(
      topN,
      { orderBy, n: 2, mode: 'running', order: 'lowest' },
      { startMs: 0, snapshot: node.snapshot() },
    )
    send(other, [2, 7])
    expect(values(other)).toEqual([[7]])
  })

  it('keeps what it tells apart from what it remembers', () => {
    const node = open({ mode: 'running', orderBy: () => 1 })
    node.send({ payload: { list: [1] } })
    type Lists = { readonly top: readonly { readonly payload: { readonly list: number[] } }[] }
    const places = node.take().flatMap(({ payload }) => (payload as Lists).top)
    expect(places).toHaveLength(1)
    for (const { payload } of places) payload.list.push(2)
    expect(node.snapshot()['entries']).toMatchObject([[1, { message: { payload: { list: [1] } } }]])
  })
})

interface Sent {
  readonly time: number
  readonly value: number
  readonly topic: string
  readonly index: number
}

const message = fc
  .record({
    time: fc.integer({ min: 0, max: 299 }),
    payload: fc.integer({ min: 0, max: 9 }),
    topic: fc.constantFrom('a', 'b', 'c', 'd'),
  })
  .map((one): Step => ({ kind: 'message', message: one }))
const step = fc.oneof(
  { weight: 8, arbitrary: message },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
)
const rules = fc.record({
  n: fc.integer({ min: 1, max: 5 }),
  order: fc.constantFrom('highest', 'lowest'),
  ties: fc.constantFrom('earlier', 'later', 'all'),
  counts: fc.constantFrom('newest', 'best'),
  hasEntry: fc.boolean(),
})
type TestRules = typeof rules extends fc.Arbitrary<infer Value> ? Value : never

/** Sorts all that was sent and takes the first. */
function brute(sent: readonly Sent[], { n, order, ties, counts, hasEntry }: TestRules): number[] {
  const sign = order === 'highest' ? -1 : 1
  const latest = new Map<string | number, Sent>()
  for (const one of sent) {
    const name = hasEntry ? one.topic : one.index
    const before = latest.get(name)
    const replaces =
      before === undefined ||
      (counts === 'newest' ? one.time >= before.time : (one.value - before.value) * sign < 0)
    if (replaces) latest.set(name, one)
  }
  const byIndex = ties === 'later' ? -1 : 1
  const sorted = [...latest.values()].toSorted(
    (one, other) => (one.value - other.value) * sign || (one.index - other.index) * byIndex,
  )
  const last = sorted[n - 1]
  const isListed = (one: Sent, at: number) =>
    at < n || (ties === 'all' && one.value === last?.value)
  return sorted.filter(isListed).map(({ index }) => index)
}

function messagesOf(steps: readonly Step[]): readonly Sent[] {
  return steps.flatMap((one, index) => {
    if (one.kind !== 'message') return []
    const { time, payload, topic } = one.message
    return { time: Number(time), value: Number(payload), topic: String(topic), index }
  })
}

const numbered = (steps: readonly Step[]) =>
  steps.map((one, index) =>
    one.kind === 'message' ? { ...one, message: { ...one.message, index } } : one,
  )

const indexes = ({ payload }: Message) =>
  (payload as { top: readonly { index: number }[] }).top.map(({ index }) => index)

describe('top n, over crashes', () => {
  it('gives what sorting everything would give, for each stretch', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), rules, (steps, given) => {
        const node = open({ ...given, entry: given.hasEntry ? entry : undefined })
        play(node, numbered(steps))
        node.watermark(1000)
        const sent = messagesOf(steps)
        const expected = [0, 100, 200].map((start) =>
          brute(
            sent.filter(({ time }) => time >= start && time < start + 100),
            given,
          ),
        )
        expect(node.take('out').map(indexes)).toEqual(expected.filter((top) => top.length > 0))
      }),
    )
  })

  it('tells after each message what sorting everything so far would give', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), rules, (steps, given) => {
        const node = open({ ...given, mode: 'running', entry: given.hasEntry ? entry : undefined })
        let told: readonly number[] = []
        for (const [at, one] of numbered(steps).entries()) {
          play(node, [one])
          const last = node.take('out').at(-1)
          if (last !== undefined) told = indexes(last)
          expect(told).toEqual(brute(messagesOf(steps.slice(0, at + 1)), given))
        }
      }),
    )
  })
})
