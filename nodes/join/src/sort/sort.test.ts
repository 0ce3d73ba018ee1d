import { describe, expect, it } from 'vitest'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { sort } from './operator.ts'

function send(node: TestRun, ...times: readonly number[]): void {
  for (const [index, time] of times.entries()) node.send({ time, payload: index })
}

const times = (node: TestRun, port = 'out') => node.take(port).map(({ time }) => time)

describe('sort by time', () => {
  it('lets messages go when time has come to them, over a restart', () => {
    const node = run(sort)
    send(node, 3, 1, 2, 6)
    node.watermark(2)
    expect(times(node)).toEqual([1, 2])
    node.restore(node.snapshot())
    node.watermark(3)
    expect(times(node)).toEqual([3])
    node.end()
    expect(times(node)).toEqual([6])
    expect(node.snapshot()['waiting']).toEqual([])
  })

  it('keeps the order in which equal times came, and passes on what it got', () => {
    const node = run(sort)
    const messages = [1, 2, 3].map((n) => ({ time: 5, payload: { n } }))
    for (const message of messages) node.send(message)
    node.end()
    expect(node.emitted('out')).toEqual(messages)
    expect(node.emitted('out')[0]?.payload).toBe(messages[0]?.payload)
  })

  it('lets the earliest go early when it is full, and keeps the order, over a restart', () => {
    const node = run(sort, { messagesMax: 2 })
    send(node, 5, 9, 7)
    expect(times(node)).toEqual([5])
    node.restore(node.snapshot())
    send(node, 4, 5)
    expect(times(node, 'late')).toEqual([4])
    node.end()
    expect(times(node)).toEqual([5, 7, 9])
  })

  it('sends out as late what time has passed, also after a restart', () => {
    const node = run(sort)
    node.watermark(10)
    node.restore(node.snapshot())
    send(node, 10, 11)
    expect(times(node, 'late')).toEqual([10])
  })

  it.each([undefined, null, NaN, Infinity, '5', 1e300])(
    'fails a message with the time %o',
    (time) => {
      const node = run(sort)
      node.send({ time: time as number, payload: 1 })
      node.end()
      expect(node.failures()).toMatchObject([{ code: 'JOIN_NO_TIME' }])
      expect(node.emitted()).toEqual([])
    },
  )
})
