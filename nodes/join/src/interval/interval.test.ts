import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { interval } from './operator.ts'

const key = ({ payload }: Message) => (payload as { key?: unknown } | null)?.key ?? null

function open(config: Record<string, unknown> = {}): TestRun {
  return run(interval, { leftKey: key, beforeMs: 5000, afterMs: 6000, ...config })
}

const at = (time: number, name: unknown = 'a') => ({ time, payload: { key: name, time } })

const pairs = (node: TestRun): string[] =>
  node.take('out').map(({ payload, time }) => {
    const { left, right } = payload as Record<string, { time: number } | null>
    return `${left?.time ?? '-'} ${right?.time ?? '-'} at ${time}`
  })

describe('interval join', () => {
  it('holds both limits, and pairs at once', () => {
    const node = open()
    node.send(at(10_000), 'left')
    for (const time of [4999, 5000, 16_000, 16_001]) node.send(at(time), 'right')
    expect(pairs(node)).toEqual(['10000 5000 at 10000', '10000 16000 at 16000'])
  })

  it('pairs whichever comes first, with all that match, by time', () => {
    const node = open()
    for (const time of [3, 1, 2]) node.send(at(time), 'right')
    node.send(at(2), 'left')
    expect(pairs(node)).toEqual(['2 1 at 2', '2 2 at 2', '2 3 at 3'])
  })

  it('takes limits that both lie after', () => {
    const node = open({ beforeMs: -1000, afterMs: 2000 })
    node.send(at(0), 'left')
    for (const time of [999, 1000, 2000, 2001]) node.send(at(time), 'right')
    expect(pairs(node)).toEqual(['0 1000 at 1000', '0 2000 at 2000'])
  })

  it('refuses limits with nothing between them', () => {
    expect(() => open({ beforeMs: -2, afterMs: 1 })).toThrow(
      expect.objectContaining({ code: 'JOIN_NO_INTERVAL' }),
    )
  })

  it('tells a message alone once, when no partner can come any more', () => {
    const node = open({ join: 'full' })
    node.send(at(10_000), 'left')
    node.send(at(20_000), 'right')
    node.watermark(15_999)
    expect(pairs(node)).toEqual([])
    node.watermark(16_000)
    expect(pairs(node)).toEqual(['10000 - at 16000'])
    node.restore(node.snapshot())
    node.watermark(30_000)
    expect(pairs(node)).toEqual(['- 20000 at 25000'])
    node.end()
    expect(pairs(node)).toEqual([])
  })

  it('remembers over a restart who has had a partner', () => {
    const node = open({ join: 'full' })
    node.send(at(1), 'left')
    node.send(at(2), 'right')
    node.take()
    node.restore(node.snapshot())
    node.end()
    expect(pairs(node)).toEqual([])
  })

  it('keeps nothing longer than a partner may come', () => {
    const node = open()
    for (let time = 0; time < 100_000; time += 100) {
      node.send(at(time, `k${time % 700}`), time % 200 === 0 ? 'left' : 'right')
      node.watermark(time - 1)
      expect(node.snapshot()['waiting']?.length).toBeLessThanOrEqual(60)
    }
    node.watermark(200_000)
    expect(node.snapshot()['waiting']).toEqual([])
  })

  it('refuses messages beyond the limit, and tells nothing of them', () => {
    const node = open({ messagesMax: 1 })
    node.send(at(1), 'left')
    node.send(at(1), 'right')
    expect(node.failures()).toMatchObject([{ code: 'JOIN_FULL' }])
    expect(node.emitted()).toEqual([])
  })

  it('sends out as late what time has passed, also after a restart', () => {
    const node = open()
    node.watermark(10)
    node.restore(node.snapshot())
    node.send(at(10), 'left')
    node.send(at(11), 'left')
    expect(node.emitted('late')).toEqual([at(10)])
  })

  it('fails a key that is too long, before it is kept', () => {
    const node = open()
    node.send(at(1, 'x'.repeat(1001)), 'left')
    expect(node.failures()).toMatchObject([{ code: 'JOIN_KEY_TOO_LONG' }])
    expect(node.snapshot()['waiting'] ?? []).toEqual([])
  })
})
