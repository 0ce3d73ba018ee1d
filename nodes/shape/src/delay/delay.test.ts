import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { crash } from '../testing/restarting.ts'
import { delay } from './operator.ts'

function open(config: Record<string, unknown> = {}): TestRun {
  return run(delay, { delayMs: 100, ...config }, { startMs: 0 })
}

const payloads = (node: TestRun, port: string) => node.take(port).map(({ payload }) => payload)

describe('delay', () => {
  it('sends each message on after the time, unchanged', () => {
    const node = open()
    node.send({ payload: 1, time: 7, topic: 't' })
    node.advance(50)
    node.send({ payload: 2 })
    node.advance(49)
    expect(node.emitted()).toEqual([])
    node.advance(1)
    expect(node.take()).toEqual([{ payload: 1, time: 7, topic: 't' }])
    node.advance(50)
    expect(node.take()).toEqual([{ payload: 2 }])
    expect(node.snapshot()['waiting']).toEqual([])
  })

  it('holds event time back for what waits', () => {
    const node = open()
    node.send({ payload: 1, time: 9 })
    node.advance(50)
    node.send({ payload: 2, time: 7 })
    expect(node.heldTime).toBe(7)
    crash(node)
    node.advance(50)
    expect(node.heldTime).toBe(7)
    node.advance(50)
    expect(node.heldTime).toBe(Infinity)
  })

  it('sends what waits at the end of all input', () => {
    const node = open()
    node.send({ payload: 1 })
    node.end()
    expect(payloads(node, 'out')).toEqual([1])
  })

  it('slows the sources down when too many wait, and drops when they do not listen', () => {
    const node = open({ waitingMax: 2 })
    for (let n = 1; n <= 5; n += 1) node.send({ payload: n })
    expect(node.isPressing).toBe(true)
    expect(payloads(node, 'dropped')).toEqual([5])
    node.advance(100)
    expect(node.isPressing).toBe(false)
    expect(payloads(node, 'out')).toEqual([1, 2, 3, 4])
  })

  it.each([
    ['dropNewest', [3], [1, 2]],
    ['dropOldest', [1], [2, 3]],
  ])('can %s when too many wait', (whenFull, dropped, out) => {
    const node = open({ waitingMax: 2, whenFull })
    for (const payload of [1, 2, 3]) node.send({ payload })
    node.advance(100)
    expect([payloads(node, 'dropped'), payloads(node, 'out')]).toEqual([dropped, out])
  })

  it('waits no longer than the time when a clock was set back over a restart', () => {
    const ahead = open()
    ahead.advance(1_000_000)
    ahead.send({ payload: 1 })
    const node = run(delay, { delayMs: 100 }, { startMs: 0, snapshot: ahead.snapshot() })
    node.advance(100)
    expect(payloads(node, 'out')).toEqual([1])
  })

  it('sends each message once at its time, over crashes', () => {
    const step = fc.oneof(
      fc.constant('send'),
      fc.constant('crash'),
      fc.integer({ min: 1, max: 80 }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const node = open()
        const expected: number[] = []
        for (const one of [...steps, 200]) {
          const now = node.time.clock.now()
          if (typeof one === 'number') node.advance(one)
          else if (one === 'crash') crash(node)
          else {
            node.send({ payload: now })
            expected.push(now)
          }
          const due = expected.filter((at) => at + 100 <= node.time.clock.now())
          expect(node.emitted('out').map(({ payload }) => payload)).toEqual(due)
        }
      }),
    )
  })
})
