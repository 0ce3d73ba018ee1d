import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { crash, play } from '../testing/restarting.ts'
import type { Step } from '../testing/restarting.ts'
import { deduplicate } from './operator.ts'

const key = ({ topic }: Message) => topic ?? null

function open(config: Record<string, unknown> = {}): TestRun {
  return run(deduplicate, { key, horizonMs: 100, ...config }, { startMs: 0 })
}

function send(node: TestRun, ...messages: readonly (readonly [string, number])[]): void {
  for (const [topic, time] of messages) node.send({ topic, time, payload: time })
}

const times = (node: TestRun, port: string) => node.emitted(port).map(({ time }) => time)

describe('deduplicate', () => {
  it('lets the first of each key through, and sends the others out as duplicates', () => {
    const node = open()
    send(node, ['a', 0], ['b', 1], ['a', 2], ['a', 99], ['b', 3])
    expect(times(node, 'out')).toEqual([0, 1])
    expect(times(node, 'duplicates')).toEqual([2, 99, 3])
  })

  it('counts by event time from the message let through, whatever the order', () => {
    const node = open()
    send(node, ['a', 1000], ['a', 901], ['a', 900], ['a', 1099], ['a', 1100], ['a', 1150])
    expect(times(node, 'out')).toEqual([1000, 900, 1100])
    expect(times(node, 'duplicates')).toEqual([901, 1099, 1150])
  })

  it('forgets a key when the watermark says that no duplicate can come', () => {
    const node = open()
    send(node, ['a', 0])
    node.watermark(98)
    expect(node.snapshot()['seen']).toHaveLength(1)
    node.watermark(99)
    expect(node.snapshot()['seen']).toEqual([])
  })

  it('goes by the clock when asked to', () => {
    const node = open({ time: 'processing' })
    send(node, ['a', 0])
    node.advance(99)
    send(node, ['a', 1])
    node.advance(1)
    expect(node.snapshot()['seen']).toEqual([])
    send(node, ['a', 2])
    expect(times(node, 'out')).toEqual([0, 2])
  })

  it('can make a duplicate start the time again', () => {
    const node = open({ time: 'processing', extends: true })
    for (let n = 0; n < 5; n += 1) {
      send(node, ['a', n])
      node.advance(60)
    }
    node.advance(40)
    send(node, ['a', 5])
    expect(times(node, 'out')).toEqual([0, 5])
  })

  it('lets the last through when the time is over, by event time', () => {
    const node = open({ keep: 'last' })
    send(node, ['a', 0], ['a', 50], ['a', 20], ['b', 90])
    expect(times(node, 'duplicates')).toEqual([0, 20])
    node.watermark(99)
    expect(times(node, 'out')).toEqual([50])
    node.end()
    expect(times(node, 'out')).toEqual([50, 90])
  })

  it('lets the last through when a key has settled, by the clock, over a restart', () => {
    const node = open({ keep: 'last', time: 'processing', extends: true })
    send(node, ['a', 1])
    node.advance(80)
    send(node, ['a', 2])
    node.advance(80)
    crash(node)
    expect(times(node, 'out')).toEqual([])
    node.advance(20)
    expect(times(node, 'out')).toEqual([2])
    expect(times(node, 'duplicates')).toEqual([1])
  })

  it('holds event time back for what waits', () => {
    const node = open({ keep: 'last' })
    send(node, ['a', 0], ['b', 10], ['a', 50])
    expect(node.heldTime).toBe(10)
    crash(node)
    expect(node.heldTime).toBe(10)
    node.watermark(109)
    expect(node.heldTime).toBe(Infinity)
    expect(times(node, 'out')).toEqual([50, 10])
    const first = open()
    send(first, ['a', 0])
    expect(first.heldTime).toBe(Infinity)
  })

  it('forgets the oldest when there are too many keys; what waits for it leaves', () => {
    const node = open({ keysMax: 2 })
    send(node, ['a', 0], ['b', 1], ['c', 2], ['b', 3], ['a', 4])
    expect(times(node, 'out')).toEqual([0, 1, 2, 4])
    const last = open({ keysMax: 2, keep: 'last' })
    send(last, ['a', 0], ['b', 1], ['c', 2])
    expect(times(last, 'out')).toEqual([0])
    expect(last.snapshot()['seen']).toHaveLength(2)
  })

  it('does not mind a clock that was set back over a restart', () => {
    const ahead = open({ time: 'processing' })
    ahead.advance(1_000_000)
    send(ahead, ['a', 1])
    const node = run(
      deduplicate,
      { key, horizonMs: 100, time: 'processing' },
      { startMs: 0, snapshot: ahead.snapshot() },
    )
    send(node, ['a', 2])
    node.advance(100)
    send(node, ['a', 3])
    expect(times(node, 'out')).toEqual([3])
  })

  it('refuses messages without a time when it goes by that', () => {
    const node = open()
    node.send({ topic: 'a' })
    expect(node.failures()).toMatchObject([{ code: 'DEDUPLICATE_NO_TIME' }])
  })
})

const topic = fc.constantFrom('a', 'b', 'c')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: topic.map((name): Step => ({
      kind: 'message',
      message: { topic: name, payload: 0 },
    })),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 70 }).map((ms): Step => ({ kind: 'wait', ms })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
)

describe('deduplicate by the clock', () => {
  it('lets through what a search through all that was let through would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const node = open({ time: 'processing' })
        play(node, numbered(steps))
        expect(node.emitted('out').map(({ payload }) => payload)).toEqual(firsts(steps))
      }),
    )
  })

  it('sends every message out once, at one of its ports', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, isLast) => {
        const node = open({ time: 'processing', keep: isLast ? 'last' : 'first', keysMax: 2 })
        play(node, numbered(steps))
        node.end()
        const sent = numbered(steps).flatMap((one) =>
          one.kind === 'message' ? [one.message.payload] : [],
        )
        const left = node.emitted().map(({ payload }) => Number(payload))
        expect(left.toSorted((one, other) => one - other)).toEqual(sent)
      }),
    )
  })
})

function numbered(steps: readonly Step[]): readonly Step[] {
  return steps.map((one, index) =>
    one.kind === 'message' ? { ...one, message: { ...one.message, payload: index } } : one,
  )
}

function firsts(steps: readonly Step[]): readonly number[] {
  const passed: { readonly topic: unknown; readonly at: number; readonly index: number }[] = []
  let now = 0
  for (const [index, one] of steps.entries()) {
    if (one.kind === 'wait') now += one.ms
    if (one.kind !== 'message') continue
    const { topic: name } = one.message
    if (passed.some((before) => before.topic === name && now < before.at + 100)) continue
    passed.push({ topic: name, at: now, index })
  }
  return passed.map(({ index }) => index)
}
