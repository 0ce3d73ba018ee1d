import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { crash, play } from '../testing/restarting.ts'
import type { Step } from '../testing/restarting.ts'
import { throttle } from './operator.ts'

const key = ({ topic }: Message) => topic ?? null

function open(config: Record<string, unknown> = {}): TestRun {
  return run(throttle, { messages: 2, periodMs: 100, excess: 'drop', ...config }, { startMs: 0 })
}

/** Sends a message of each number at that time. */
function sendAt(node: TestRun, ...times: readonly number[]): void {
  for (const time of times) {
    node.advance(time - node.time.clock.now())
    node.send({ payload: time })
  }
}

const payloads = (node: TestRun, port: string) => node.take(port).map(({ payload }) => payload)

describe('throttle', () => {
  it('drops what comes beyond the limit, in any stretch', () => {
    const node = open()
    sendAt(node, 0, 90, 95, 100, 110, 190, 191)
    expect(payloads(node, 'out')).toEqual([0, 90, 100, 190])
    expect(payloads(node, 'dropped')).toEqual([95, 110, 191])
  })

  it('keeps a limit for each key, and forgets keys whose limit is free', () => {
    const node = open({ messages: 1, key })
    for (const topic of ['a', 'b', 'a']) node.send({ topic, payload: topic })
    expect(payloads(node, 'out')).toEqual(['a', 'b'])
    node.advance(100)
    expect(node.snapshot()['passed']).toEqual([])
  })

  it('lets messages wait their turn, in order, and keeps them over a restart', () => {
    const node = open({ excess: 'delay' })
    sendAt(node, 0, 10, 20, 30, 40)
    expect(payloads(node, 'out')).toEqual([0, 10])
    node.advance(60)
    expect(payloads(node, 'out')).toEqual([20])
    crash(node)
    expect(payloads(node, 'out')).toEqual([])
    node.advance(10)
    expect(payloads(node, 'out')).toEqual([30])
    node.advance(90)
    expect(payloads(node, 'out')).toEqual([40])
    node.advance(200)
    expect(Object.values(node.snapshot()).flat()).toEqual([])
  })

  it('lets nobody pass by who waits, though the limit is free', () => {
    const before = open({ messages: 1, excess: 'delay' })
    sendAt(before, 0, 1, 2)
    const snapshot = before.snapshot()
    const shuffled = { ...snapshot, waiting: snapshot['waiting']?.toReversed() ?? [] }
    const config = { messages: 1, periodMs: 100, excess: 'delay' }
    const node = run(throttle, config, { startMs: 5000, snapshot: shuffled })
    node.send({ payload: 5000 })
    expect(payloads(node, 'out')).toEqual([])
    node.advance(200)
    expect(payloads(node, 'out')).toEqual([1, 2, 5000])
  })

  it('samples: the first at once, then the latest as soon as the limit allows', () => {
    const node = open({ messages: 1, excess: 'latest' })
    sendAt(node, 0, 10, 20, 90)
    expect(payloads(node, 'out')).toEqual([0])
    expect(payloads(node, 'dropped')).toEqual([10, 20])
    node.advance(10)
    expect(payloads(node, 'out')).toEqual([90])
    sendAt(node, 150)
    node.advance(50)
    expect(payloads(node, 'out')).toEqual([150])
    sendAt(node, 500)
    expect(payloads(node, 'out')).toEqual([500])
  })

  it('slows the sources down when too many wait, and drops when they do not listen', () => {
    const node = open({ messages: 1, excess: 'delay', waitingMax: 4 })
    sendAt(node, 0, 1, 2, 3)
    expect(node.isPressing).toBe(false)
    sendAt(node, 4)
    expect(node.isPressing).toBe(true)
    sendAt(node, 5, 6, 7, 8, 9)
    expect(payloads(node, 'dropped')).toEqual([9])
    crash(node)
    expect(node.isPressing).toBe(true)
    node.advance(600)
    expect(node.isPressing).toBe(false)
    expect(payloads(node, 'out')).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it.each([
    ['dropNewest', [3], [0, 1, 2]],
    ['dropOldest', [1], [0, 2, 3]],
  ])('can %s when too many wait', (whenFull, dropped, out) => {
    const node = open({ messages: 1, excess: 'delay', waitingMax: 2, whenFull })
    sendAt(node, 0, 1, 2, 3)
    expect(node.isPressing).toBe(false)
    node.end()
    expect(payloads(node, 'dropped')).toEqual(dropped)
    expect(payloads(node, 'out')).toEqual(out)
  })

  it('holds event time back for what waits', () => {
    const node = open({ messages: 1, excess: 'delay' })
    for (const time of [5, 9, 7]) node.send({ payload: time, time })
    expect(node.heldTime).toBe(7)
    crash(node)
    expect(node.heldTime).toBe(7)
    node.advance(200)
    expect(node.take('out').map(({ time }) => time)).toEqual([5, 9, 7])
    expect(node.heldTime).toBe(Infinity)
  })

  it('fails messages of further keys when there are too many', () => {
    const node = open({ key, keysMax: 2 })
    for (const topic of ['a', 'b', 'c', 'a']) node.send({ topic, payload: topic })
    expect(payloads(node, 'out')).toEqual(['a', 'b', 'a'])
    expect(node.failures()).toMatchObject([{ code: 'THROTTLE_TOO_MANY_KEYS' }])
  })
})

const message = fc
  .constantFrom('a', 'b')
  .map((topic): Step => ({ kind: 'message', message: { topic, payload: 0 } }))
const step = fc.oneof(
  { weight: 8, arbitrary: message },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 60 }).map((ms): Step => ({ kind: 'wait', ms })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
)
const steps = fc
  .array(step, { maxLength: 60 })
  .map((all) =>
    all.map((one, index) =>
      one.kind === 'message' ? { ...one, message: { ...one.message, payload: index } } : one,
    ),
  )

/** Which messages of each key pass, and when, if one looks through all that passed before. */
function brute(all: readonly Step[], limit: number): readonly number[] {
  const passed: { readonly topic: unknown; readonly at: number; readonly index: number }[] = []
  let now = 0
  for (const [index, one] of all.entries()) {
    if (one.kind === 'wait') now += one.ms
    if (one.kind !== 'message') continue
    const { topic } = one.message
    const recent = passed.filter((before) => before.topic === topic && before.at > now - 100)
    if (recent.length < limit) passed.push({ topic, at: now, index })
  }
  return passed.map(({ index }) => index)
}

describe('throttle, over crashes', () => {
  it('drops what a count of all that passed would drop', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), (all, messages) => {
        const node = open({ key, messages })
        play(node, all)
        expect(node.emitted('out').map(({ payload }) => payload)).toEqual(brute(all, messages))
      }),
    )
  })

  it('never lets more through than allowed, keeps the order of each key, and loses nothing', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom('latest', 'delay'), (all, excess) => {
        const node = open({ key, excess })
        const left: { readonly at: number; readonly message: Message }[] = []
        for (const one of [...all, { kind: 'wait', ms: 5000 } as const]) {
          const ticks = one.kind === 'wait' ? one.ms : 1
          for (let tick = 0; tick < ticks; tick += 1) {
            play(node, one.kind === 'wait' ? [{ kind: 'wait', ms: 1 }] : [one])
            for (const message of node.take('out'))
              left.push({ at: node.time.clock.now(), message })
          }
        }
        for (const topic of ['a', 'b']) {
          const own = left.filter(({ message: { topic: name } }) => name === topic)
          for (const { at } of own) {
            expect(
              own.filter((one) => one.at > at - 100 && one.at <= at).length,
            ).toBeLessThanOrEqual(2)
          }
          const order = own.map(({ message: { payload } }) => Number(payload))
          expect(order).toEqual(order.toSorted((one, other) => one - other))
        }
        const sent = all.filter(({ kind }) => kind === 'message').length
        const dropped = node.emitted('dropped').length
        expect(left.length + dropped).toBe(sent)
        if (excess === 'delay') expect(dropped).toBe(0)
      }),
      { numRuns: 50 },
    )
  })
})
