import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { NodeSnapshot, TestRun } from '@millrace/sdk/testing'
import { window } from './operator.ts'

const device = ({ payload }: Message) => (payload as { device?: unknown } | null)?.device ?? null

function open(config: Record<string, unknown> = {}, snapshot?: NodeSnapshot): TestRun {
  return run(window, { leftKey: device, ...config }, snapshot === undefined ? {} : { snapshot })
}

const reading = (time: number, n: unknown, name: unknown = 'a') => ({
  time,
  payload: { device: name, n },
})

describe('window join', () => {
  it('pairs each with each at the close, by time, with the window and the key', () => {
    const node = open()
    node.send({ ...reading(5, 'l2'), topic: 'left' }, 'left')
    node.send({ ...reading(2, 'r1'), topic: 'right' }, 'right')
    node.send({ ...reading(1, 'l1'), topic: 'left' }, 'left')
    node.watermark(9998)
    expect(node.emitted()).toEqual([])
    node.watermark(9999)
    const pair = (left: string) => ({
      time: 9999,
      key: 'a',
      topic: 'left',
      payload: {
        start: 0,
        end: 10_000,
        key: 'a',
        left: { device: 'a', n: left },
        right: { device: 'a', n: 'r1' },
      },
    })
    expect(node.emitted()).toEqual([pair('l1'), pair('l2')])
    expect(node.snapshot()['waiting']).toEqual([])
  })

  it('has an expression of its own for the right key', () => {
    const right = ({ payload }: Message) => (payload as { id: unknown }).id
    const node = open({ rightKey: right })
    node.send(reading(1, 1), 'left')
    node.send({ time: 1, payload: { id: 'a' } }, 'right')
    node.end()
    expect(node.emitted('out')).toHaveLength(1)
  })

  it.each([
    ['inner', []],
    ['left', ['l -']],
    ['right', ['- r']],
    ['full', ['l -', '- r']],
  ])('tells what has no match at the close in a join that is %s', (join, expected) => {
    const node = open({ join })
    node.send(reading(1, 'l', 'a'), 'left')
    node.send(reading(2, 'r', 'b'), 'right')
    node.watermark(9999)
    const sides = node.emitted('out').map(({ payload }) => {
      const { left, right } = payload as Record<string, { n: string } | null>
      return `${left?.n ?? '-'} ${right?.n ?? '-'}`
    })
    expect(sides).toEqual(expected)
  })

  it.each([null, NaN, [null, 1]])('matches nothing by the key %o', (key) => {
    const node = open({ join: 'full' })
    node.send(reading(1, 'l', key), 'left')
    node.send(reading(2, 'r', key), 'right')
    node.end()
    expect(node.emitted('out')).toMatchObject([
      { payload: { left: { n: 'l' }, right: null } },
      { payload: { left: null, right: { n: 'r' } } },
    ])
  })

  it.each([1, '1', '', true, ['a', 1], '\u0000j1', '__proto__'])(
    'matches only its like by the key %o, over a restart',
    (key) => {
      const node = open()
      node.send(reading(1, 'l', key), 'left')
      node.restore(node.snapshot())
      for (const other of [1, '1', '', true, ['a', 1], '\u0000j1', '__proto__']) {
        node.send(reading(2, other, other), 'right')
      }
      node.end()
      expect(node.emitted('out')).toHaveLength(1)
      expect(node.emitted('out')).toMatchObject([{ payload: { key, right: { n: key } } }])
    },
  )

  it('sends out as late what comes after its windows have closed', () => {
    const node = open({ type: 'hopping', sizeMs: 10, slideMs: 5 })
    node.watermark(9)
    node.send(reading(4, 'late'), 'left')
    node.send(reading(5, 'in time'), 'left')
    expect(node.take('late')).toEqual([reading(4, 'late')])
  })

  it('keeps what waits when the join changes, and drops it when the windows do', () => {
    const before = open()
    before.send(reading(1, 'l'), 'left')
    const stored = before.snapshot()
    const same = open({ join: 'full', shape: 'merged' }, stored)
    const other = open({ join: 'full', sizeMs: 5000 }, stored)
    for (const node of [same, other]) node.end()
    expect(same.emitted('out')).toHaveLength(1)
    expect(other.emitted('out')).toEqual([])
  })

  it('refuses what makes more pairs than anybody wants, or waits beyond the limit', () => {
    const node = open({ messagesMax: 2000 })
    for (let n = 0; n < 1000; n += 1) {
      node.send(reading(1, n), 'left')
      node.send(reading(1, n), 'right')
    }
    node.send(reading(1, 'more'), 'left')
    node.send(reading(1, 'more', 'b'), 'left')
    expect(node.failures().map(({ code }) => code)).toEqual(['JOIN_TOO_MANY_PAIRS', 'JOIN_FULL'])
  })

  it.each([undefined, NaN, Infinity, '5'])('fails a message with the time %o', (time) => {
    const node = open()
    node.send({ ...reading(1, 1), time: time as number }, 'left')
    expect(node.failures()).toMatchObject([{ code: 'JOIN_NO_TIME' }])
  })
})

describe('the result of a join', () => {
  const pairOf = (config: Record<string, unknown>, left: unknown, right: unknown): unknown => {
    const node = run(window, { leftKey: () => 1, ...config })
    node.send({ time: 1, payload: left }, 'left')
    node.send({ time: 1, payload: right }, 'right')
    node.end()
    return node.emitted('out')[0]?.payload
  }

  it('has the names that it is given', () => {
    const config = { leftName: 'order', rightName: 'delivery' }
    expect(pairOf(config, 1, 2)).toMatchObject({ order: 1, delivery: 2 })
  })

  it('refuses the same name for both', () => {
    expect(() => pairOf({ leftName: 'x', rightName: 'x' }, 1, 2)).toThrow(
      expect.objectContaining({ code: 'JOIN_SAME_NAME' }),
    )
  })

  it.each([
    [{ a: 1, b: 2 }, { b: 3 }, 'r_', { a: 1, b: 2, r_b: 3 }],
    [{ a: 1, b: 2 }, { b: 3 }, '', { a: 1, b: 3 }],
    [5, [6], 'r_', { left: 5, r_right: [6] }],
  ])('merges %o and %o with the prefix "%s"', (left, right, rightPrefix, expected) => {
    expect(pairOf({ shape: 'merged', rightPrefix }, left, right)).toEqual(expected)
  })
})
