import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { change } from './operator.ts'

const config = { value: ({ payload }: Message) => payload ?? null }

function passed(node: TestRun, payloads: readonly unknown[]): unknown[] {
  for (const [time, payload] of payloads.entries()) node.send({ payload, topic: 'a', time })
  return node.take('out').map(({ payload }) => payload)
}

describe('change filter', () => {
  it('compares with the last value that passed, so that slow drift is seen', () => {
    const node = run(change, config)
    expect(passed(node, [20, 20.6, 21, 21.9, 20.1, 19.9])).toEqual([20, 21, 19.9])
    expect(node.emitted('rejected').map(({ payload }) => payload)).toEqual([20.6, 21.9, 20.1])
  })

  it.each([
    ['absolute', 0, [1, 1, 1.1, 1.1, 1], [1, 1.1, 1]],
    ['absolute', 0.1, [0.2, 0.3, 0.4, 0.45], [0.2, 0.3, 0.4]],
    ['percent', 10, [100, 109, 110, 100, 99], [100, 110, 99]],
    ['percent', 10, [0, 0, 0.001, -0.001], [0, 0.001, -0.001]],
    ['percent', 50, [-10, -14, -15, -8, -7], [-10, -15, -7]],
    ['percent', 0, [5, 5, 6], [5, 6]],
    ['any', 1, ['on', 'on', 'off', true, true, null, null], ['on', 'off', true, null]],
    ['any', 1, [{ a: [1] }, { a: [1] }, { a: [2] }, [2]], [{ a: [1] }, { a: [2] }, [2]]],
  ])('with %s %d passes of %j %j', (compare, by, given, wanted) => {
    expect(passed(run(change, { ...config, compare, by, percent: by }), given)).toEqual(wanted)
  })

  it('passes an unchanged value when for long enough none has passed', () => {
    const node = run(change, { ...config, atLeastEveryMs: 1000 })
    for (const time of [0, 400, 999, 1000, 1500, 2500, 2400]) node.send({ payload: 1, time })
    expect(node.emitted('out').map(({ time }) => time)).toEqual([0, 1000, 2500])
  })

  it('remembers each key apart, over a restart', () => {
    const node = run(change, { ...config, key: ({ line }: Message) => line ?? null })
    node.send({ payload: 1, line: 1 })
    node.send({ payload: 9, line: '1' })
    node.restore(node.snapshot())
    node.send({ payload: 1.5, line: 1 })
    node.send({ payload: 9.5, line: '1' })
    node.send({ payload: 5, line: { of: 1 } })
    node.send({ payload: 5, line: { of: 1 } })
    expect(node.emitted('out').map(({ payload }) => payload)).toEqual([1, 9, 5])
  })

  it.each([null, undefined, 'warm', {}])('fails %o, which is no number', (payload) => {
    const node = run(change, { value: (message: Message) => (message.payload as number) ?? null })
    node.send({ payload: 1, topic: 'a' })
    node.send({ payload, topic: 'a' })
    expect(node.failures()).toMatchObject([{ code: 'DETECT_NO_NUMBER' }])
    node.send({ payload: 1.5, topic: 'a' })
    expect(node.emitted('out')).toHaveLength(1)
  })

  it('forgets a silent key, and refuses keys over the limit until then', () => {
    const node = run(change, { ...config, forgetAfterMs: 1000, keysMax: 2 })
    for (const topic of ['a', 'b', 'c']) node.send({ payload: 1, topic })
    expect(node.failures()).toMatchObject([{ code: 'DETECT_TOO_MANY_KEYS' }])
    node.advance(600)
    node.send({ payload: 1, topic: 'b' })
    node.advance(400)
    for (const topic of ['b', 'c', 'a']) node.send({ payload: 1, topic })
    expect(node.emitted('out').map(({ topic }) => topic)).toEqual(['a', 'b', 'c'])
    expect(node.failures()).toHaveLength(2)
    expect(node.openTimers).toBe(0)
  })

  it('never lets the last value passed be further away than the deadband', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 })),
        fc.integer({ min: 0, max: 20 }),
        (values, by) => {
          const node = run(change, { ...config, by })
          let last: number | undefined
          for (const payload of values) {
            node.send({ payload, topic: 'a' })
            const isFar = last === undefined || Math.abs(payload - last) >= Math.max(by, 1)
            expect(node.take('out').map((message) => message.payload)).toEqual(
              isFar ? [payload] : [],
            )
            if (isFar) last = payload
            node.restore(node.snapshot())
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
