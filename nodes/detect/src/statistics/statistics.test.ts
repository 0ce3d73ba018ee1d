import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { statistics } from './operator.ts'

const config = { value: ({ payload }: Message) => (payload as number | null) ?? null }

interface Result {
  readonly count: number
  readonly mean: number
  readonly stddev: number
  readonly min: number
  readonly max: number
}

function send(node: TestRun, ...payloads: readonly unknown[]): Result[] {
  for (const payload of payloads) node.send({ payload, topic: 'a' })
  return node.take('out').map((message) => message['statistics'] as Result)
}

const means = (results: readonly Result[]) => results.map(({ mean }) => mean)

describe('running statistics', () => {
  it('are those of the last messages', () => {
    const results = send(run(statistics, { ...config, over: 'last', messages: 3 }), 1, 2, 3, 7)
    expect(means(results)).toEqual([1, 1.5, 2, 4])
    expect(results.at(-1)).toEqual({ count: 3, mean: 4, stddev: Math.sqrt(7), min: 2, max: 7 })
  })

  it('are those of all messages', () => {
    const results = send(run(statistics, { ...config, over: 'all' }), 4, 2, 9)
    expect(results[0]).toEqual({ count: 1, mean: 4, stddev: 0, min: 4, max: 4 })
    expect(results[2]).toMatchObject({ count: 3, mean: 5, min: 2, max: 9 })
    expect(results[2]?.stddev).toBeCloseTo(Math.sqrt(13), 12)
  })

  it('follow newer messages when these weigh more', () => {
    const results = send(run(statistics, { ...config, over: 'weighted', weight: 0.5 }), 0, 0, 8, 8)
    expect(means(results)).toEqual([0, 0, 4, 6])
    expect(results[3]).toMatchObject({ count: 4, min: 0, max: 8 })
    expect(results[3]?.stddev).toBeCloseTo(Math.sqrt(12), 12)
  })

  it('leave out what is no number', () => {
    const node = run(statistics, config)
    expect(means(send(node, 1, null, 'x', 3))).toEqual([1, 2])
    expect(node.failures()).toHaveLength(2)
  })

  it('begin anew with other settings', () => {
    const node = run(statistics, { ...config, over: 'all' })
    send(node, 1, 2, 3)
    const other = run(statistics, { ...config, over: 'last' }, { snapshot: node.snapshot() })
    expect(send(other, 5)).toMatchObject([{ count: 1, mean: 5 }])
  })

  it('are kept apart for each key, over restarts', () => {
    const step = fc.record({
      topic: fc.constantFrom('a', 'b'),
      payload: fc.integer({ min: -1000, max: 1000 }),
      restores: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), fc.constantFrom('last', 'all'), (steps, over) => {
        const node = run(statistics, { ...config, over, messages: 5 })
        const seen = new Map<string, number[]>()
        for (const { topic, payload, restores } of steps) {
          const values = [...(seen.get(topic) ?? []), payload].slice(over === 'last' ? -5 : 0)
          seen.set(topic, values)
          node.send({ payload, topic })
          const result = node.take('out')[0]?.['statistics'] as Result
          expect([result.count, result.min, result.max]).toEqual([
            values.length,
            Math.min(...values),
            Math.max(...values),
          ])
          const sum = values.reduce((all, value) => all + value, 0)
          expect(result.mean).toBeCloseTo(sum / values.length, 8)
          if (restores) node.restore(node.snapshot())
        }
      }),
      { numRuns: 50 },
    )
  })
})
