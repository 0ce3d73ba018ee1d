import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { rate } from './operator.ts'

const config = { value: ({ payload }: Message) => (payload as number | null) ?? null }

function send(node: TestRun, ...readings: readonly (readonly [number, unknown])[]): unknown[] {
  for (const [time, payload] of readings) node.send({ time, payload, topic: 'a' })
  return node.take('out').map((message) => message['rate'])
}

describe('rate of change', () => {
  it('divides the difference by the time between', () => {
    expect(send(run(rate, config), [0, 20], [500, 21], [2500, 20])).toEqual([2, -0.5])
    expect(send(run(rate, { ...config, unit: 'minute' }), [0, 20], [30_000, 23])).toEqual([6])
    expect(send(run(rate, { ...config, unit: 'hour' }), [0, 20], [30_000, 23])).toEqual([360])
  })

  it('measures over the least time, and leaves nothing out', () => {
    const node = run(rate, { ...config, minimumMs: 1000 })
    expect(send(node, [0, 0], [400, 5], [999, 7], [1000, 10], [1500, 0], [2500, 40])).toEqual([
      10, 20,
    ])
    expect(node.emitted()).toEqual([])
  })

  it('gives no rate for two values at the same time', () => {
    expect(send(run(rate, config), [5, 1], [5, 9], [1005, 2])).toEqual([1])
  })

  it('takes the falling of a counter for a reset', () => {
    const node = run(rate, { ...config, isCounter: true })
    expect(send(node, [0, 100], [1000, 110], [2000, 3], [3000, 3])).toEqual([10, 3, 0])
  })

  it('counts what a counter showed before a reset between two rates', () => {
    const node = run(rate, { ...config, isCounter: true, minimumMs: 10_000 })
    expect(send(node, [0, 100], [4000, 130], [8000, 5], [10_000, 10])).toEqual([4])
  })

  it('sends out as late what is older than the last', () => {
    const node = run(rate, config)
    expect(send(node, [1000, 1], [500, 9], [2000, 3])).toEqual([2])
    expect(node.emitted('late')).toEqual([{ time: 500, payload: 9, topic: 'a' }])
  })

  it('takes the time of arrival where a message has none', () => {
    const node = run(rate, config)
    node.send({ payload: 1, topic: 'a' })
    node.advance(2000)
    node.send({ payload: 2, topic: 'a' })
    expect(node.emitted('out')).toEqual([{ payload: 2, topic: 'a', rate: 0.5 }])
  })

  it('writes where it is told', () => {
    const node = run(rate, {
      value: ({ payload }: Message) => (payload as { t: number }).t,
      into: 'payload.speed',
    })
    node.send({ time: 0, payload: { t: 1 }, topic: 'a' })
    node.send({ time: 1000, payload: { t: 2 }, topic: 'a' })
    expect(node.emitted('out')).toEqual([{ time: 1000, payload: { t: 2, speed: 1 }, topic: 'a' }])
  })

  it('fails what is no number, and remembers nothing of it', () => {
    const node = run(rate, config)
    expect(send(node, [0, 1], [500, null], [600, 'x'], [1000, 3])).toEqual([2])
    expect(node.failures().map(({ code }) => code)).toEqual([
      'DETECT_NO_NUMBER',
      'DETECT_NO_NUMBER',
    ])
  })

  it('adds up to the whole change, over restarts and for each key', () => {
    const step = fc.record({
      dt: fc.integer({ min: 1, max: 3000 }),
      value: fc.integer({ min: -100, max: 100 }),
      topic: fc.constantFrom('a', 'b'),
      restores: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 0, max: 2000 }), (steps, minimumMs) => {
        const node = run(rate, { ...config, minimumMs })
        const from = new Map<string, { first: number; sum: number; time: number; last: number }>()
        let time = 0
        for (const { dt, value, topic, restores } of steps) {
          time += dt
          node.send({ time, payload: value, topic })
          const sums = from.get(topic) ?? { first: value, sum: 0, time, last: value }
          from.set(topic, sums)
          for (const message of node.take('out')) {
            sums.sum += (Number(message['rate']) * (time - sums.time)) / 1000
            sums.time = time
            sums.last = value
          }
          expect(time - sums.time).toBeLessThan(Math.max(1, minimumMs))
          if (restores) node.restore(node.snapshot())
        }
        for (const { first, sum, last } of from.values()) expect(first + sum).toBeCloseTo(last, 6)
      }),
      { numRuns: 50 },
    )
  })
})
