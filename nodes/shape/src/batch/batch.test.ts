import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { crash, play } from '../testing/restarting.ts'
import type { Step } from '../testing/restarting.ts'
import { batch } from './operator.ts'

const key = ({ topic }: Message) => topic ?? null

function open(config: Record<string, unknown> = {}): TestRun {
  return run(batch, { messages: 3, ageMs: 100, ...config }, { startMs: 0 })
}

function send(node: TestRun, ...payloads: readonly unknown[]): void {
  for (const payload of payloads) node.send({ payload })
}

const payloads = (node: TestRun) => node.take('out').map(({ payload }) => payload)

describe('batch', () => {
  it('sends a list when it is full, and when it is old', () => {
    const node = open()
    send(node, 1, 2, 3, 4)
    expect(payloads(node)).toEqual([[1, 2, 3]])
    node.advance(60)
    send(node, 5)
    node.advance(39)
    expect(payloads(node)).toEqual([])
    node.advance(1)
    expect(payloads(node)).toEqual([[4, 5]])
    expect(node.snapshot()['gathered']).toEqual([])
  })

  it('gathers for each key, and says of the batch what its messages have in common', () => {
    const node = open({ key, messages: 2 })
    node.send({ topic: 'a', payload: 1, time: 5 })
    node.send({ topic: 'b', payload: 2, time: 6 })
    node.send({ topic: 'a', payload: 3, time: 4 })
    expect(node.take()).toEqual([{ payload: [1, 3], topic: 'a', key: 'a', time: 5 }])
    node.end()
    expect(node.take()).toEqual([{ payload: [2], topic: 'b', key: 'b', time: 6 }])
  })

  it('has no topic when its messages differ in it, and can hold whole messages', () => {
    const node = open({ messages: 2, content: 'messages' })
    node.send({ topic: 'a', payload: 1 })
    node.send({ topic: 'b' })
    expect(node.take()).toEqual([
      {
        payload: [
          { topic: 'a', payload: 1 },
          { topic: 'b', payload: undefined },
        ],
      },
    ])
  })

  it('holds event time back at the time that its earliest batch would have', () => {
    const node = open({ key })
    const send = (topic: string, time: number) => node.send({ topic, time, payload: time })
    send('a', 5)
    send('b', 7)
    expect(node.heldTime).toBe(5)
    send('a', 9)
    expect(node.heldTime).toBe(7)
    crash(node)
    expect(node.heldTime).toBe(7)
    send('a', 8)
    expect(node.take('out')).toMatchObject([{ time: 9 }])
    node.advance(100)
    expect(node.heldTime).toBe(Infinity)
  })

  it('never gets larger than allowed, unless one message alone is', () => {
    const node = open({ messages: 100, bytesMax: 12 })
    send(node, 'aa', 'bb', 'cc', 'a text that is too long', 'é', 1)
    node.end()
    expect(payloads(node)).toEqual([['aa', 'bb'], ['cc'], ['a text that is too long'], ['é', 1]])
  })

  it('sends a batch at once that has just the size', () => {
    const node = open({ messages: 100, bytesMax: 7 })
    send(node, 1, 2, 3)
    expect(payloads(node)).toEqual([[1, 2, 3]])
  })

  it('sends the oldest early when too much has gathered', () => {
    const node = open({ key, heldMax: 2 })
    for (const topic of ['a', 'b', 'c']) {
      node.send({ topic, payload: topic })
      node.advance(1)
    }
    expect(payloads(node)).toEqual([['a']])
  })

  it('goes on after a crash with what had gathered, as old and as large as it was', () => {
    const node = open({ bytesMax: 8 })
    send(node, 1, 2)
    node.advance(60)
    crash(node)
    send(node, 33)
    expect(payloads(node)).toEqual([[1, 2, 33]])
    send(node, 4)
    node.advance(60)
    crash(node)
    node.advance(40)
    expect(payloads(node)).toEqual([[4]])
  })

  it('fails what has no JSON text when the size counts, and keeps the rest', () => {
    const node = open({ bytesMax: 100 })
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    send(node, 1, circle, 2)
    node.end()
    expect(node.failures()).toHaveLength(1)
    expect(payloads(node)).toEqual([[1, 2]])
  })
})

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ topic: fc.constantFrom('a', 'b', 'c'), size: fc.integer({ min: 0, max: 6 }) })
      .map(({ topic, size }): Step => ({
        kind: 'message',
        message: { topic, payload: 'x'.repeat(size) },
      })),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 60 }).map((ms): Step => ({ kind: 'wait', ms })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
)

describe('batch, over crashes', () => {
  it('has every message once, in order, in batches within all bounds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const config = { key, messages: 4, bytesMax: 20, heldMax: 6 }
        const node = open(config)
        const sent: Message[] = []
        for (const one of steps) {
          play(node, [one])
          if (one.kind === 'message') sent.push(one.message)
          expect(node.snapshot()['gathered']?.length).toBeLessThanOrEqual(6)
        }
        node.advance(100)
        const batches = node.emitted('out')
        for (const { payload } of batches) {
          expect((payload as unknown[]).length).toBeLessThanOrEqual(4)
          expect(JSON.stringify(payload).length).toBeLessThanOrEqual(20)
        }
        for (const topic of ['a', 'b', 'c']) {
          const own = sent.filter((one) => one.topic === topic).map(({ payload }) => payload)
          expect(
            batches.filter((one) => one.key === topic).flatMap(({ payload }) => payload),
          ).toEqual(own)
        }
      }),
    )
  })
})
