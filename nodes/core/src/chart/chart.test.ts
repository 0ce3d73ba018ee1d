import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { chart } from './sink.ts'

const value = ({ payload }: Message) => (typeof payload === 'number' ? payload : null)

function points(node: TestRun): unknown[] {
  return node.reports().map((report) => {
    if (report.kind !== 'point') throw new Error('Only points are expected.')
    return [report.series, report.time, report.value]
  })
}

describe('chart', () => {
  it("draws a point at the message's time, on the line of its key or topic", () => {
    const node = run(chart, { value }, { startMs: 1000 })
    node.send({ payload: 1, time: 5, key: 7, topic: 'a' })
    node.send({ payload: 2, time: 6, topic: 'a' })
    node.send({ payload: 3 })
    expect(points(node)).toEqual([
      ['7', 5, 1],
      ['a', 6, 2],
      ['', 1000, 3],
    ])
  })

  it('draws a line for each value of the expression', () => {
    const node = run(chart, { value, series: ({ d }: Message) => d ?? null })
    node.send({ payload: 1, time: 5, d: { line: 2 } })
    node.send({ payload: 2, time: 6, d: true })
    expect(points(node)).toEqual([
      ['{"line":2}', 5, 1],
      ['true', 6, 2],
    ])
  })

  it('draws at most ten points a second of a line, always with the newest', () => {
    const node = run(chart, { value })
    for (let n = 1; n <= 1000; n += 1) {
      node.send({ payload: n, time: n, topic: 'a' })
      node.advance(1)
    }
    node.advance(100)
    expect(points(node).length).toBeGreaterThanOrEqual(9)
    expect(points(node).length).toBeLessThanOrEqual(11)
    expect(points(node).at(-1)).toEqual(['a', 1000, 1000])
    expect(node.openTimers).toBe(0)
  })

  it('draws what waits when it closes', async () => {
    const node = run(chart, { value })
    node.send({ payload: 1, time: 1, topic: 'a' })
    node.send({ payload: 2, time: 2, topic: 'a' })
    await node.close()
    expect(points(node)).toHaveLength(2)
  })

  it.each([null, undefined, 'high', NaN, Infinity, {}])(
    'fails %o, which is no number',
    (payload) => {
      const number = (message: Message) => message.payload as number
      const node = run(chart, {
        value: payload === 'high' || typeof payload === 'object' ? value : number,
      })
      node.send({ payload })
      expect(node.reports()).toEqual([])
      expect(node.failures()).toMatchObject([{ code: 'CHART_NO_NUMBER' }])
    },
  )

  it('fails messages for more than 100 lines', () => {
    const node = run(chart, { value })
    for (let n = 0; n < 101; n += 1) node.send({ payload: n, time: n, topic: `t${n}` })
    expect(points(node)).toHaveLength(100)
    expect(node.failures()).toMatchObject([{ code: 'CHART_TOO_MANY_LINES' }])
  })
})
