import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { heartbeat } from './operator.ts'

const startMs = 1_000_000
const config = { silentAfterMs: 10_000 }

/** What was told, with times from the start. */
function told(node: TestRun): unknown[] {
  return node.take().map(({ payload, time }) => {
    const { change, key, silentForMs } = payload as Record<string, unknown>
    return [change, key, Number(time) - startMs, silentForMs]
  })
}

describe('heartbeat by the clock', () => {
  it('tells once of silence, and once of the return', () => {
    const node = run(heartbeat, config, { startMs })
    node.send({ payload: 1, topic: 'a' })
    node.advance(9999)
    expect(told(node)).toEqual([])
    node.advance(1)
    expect(told(node)).toEqual([['silent', 'a', 10_000, 10_000]])
    node.advance(100_000)
    node.send({ payload: 1, topic: 'a' })
    node.send({ payload: 1, topic: 'a' })
    expect(told(node)).toEqual([['back', 'a', 110_000, 110_000]])
    node.advance(10_000)
    expect(told(node)).toEqual([['silent', 'a', 120_000, 10_000]])
  })

  it('has the change as payload', () => {
    const node = run(heartbeat, config, { startMs })
    node.send({ payload: 1, key: 7 })
    node.advance(10_000)
    const about = { change: 'silent', key: '7', lastSeen: startMs, silentForMs: 10_000 }
    expect(node.emitted('silent')).toEqual([{ payload: about, key: '7', time: startMs + 10_000 }])
    expect(node.statuses().at(-1)).toEqual({ state: 'warning', text: '1 of 1 silent' })
  })

  it('does not tell of one that keeps coming', () => {
    const node = run(heartbeat, config, { startMs })
    for (let n = 0; n < 20; n += 1) {
      node.send({ payload: 1, topic: 'a' })
      node.advance(9999)
    }
    expect(told(node)).toEqual([])
  })

  it('waits for what is expected from the start', () => {
    const expected = [{ key: 'a' }, { key: 'b' }]
    const node = run(heartbeat, { ...config, expected }, { startMs })
    node.advance(4000)
    node.send({ payload: 1, topic: 'a' })
    node.advance(6000)
    expect(node.emitted('silent')).toMatchObject([{ payload: { key: 'b', lastSeen: null } }])
    expect(told(node)).toEqual([['silent', 'b', 10_000, 10_000]])
    node.send({ payload: 1, topic: 'b' })
    expect(told(node)).toEqual([['back', 'b', 10_000, 10_000]])
  })

  it('goes on over restarts, and tells nothing twice', () => {
    const node = run(heartbeat, config, { startMs })
    node.send({ payload: 1, topic: 'a' })
    for (let n = 0; n < 10; n += 1) {
      node.restore(node.snapshot())
      node.advance(999)
    }
    expect(told(node)).toEqual([])
    node.advance(10)
    expect(told(node)).toEqual([['silent', 'a', 10_000, 10_000]])
    node.restore(node.snapshot())
    node.advance(50_000)
    expect(told(node)).toEqual([])
    node.send({ payload: 1, topic: 'a' })
    expect(told(node)).toMatchObject([['back', 'a', 60_000, 60_000]])
  })

  it('does not take a time in which it did not run for silence', () => {
    const node = run(heartbeat, config, { startMs })
    node.send({ payload: 1, topic: 'a' })
    node.advance(2500)
    const later = run(heartbeat, config, {
      startMs: startMs + 3_602_500,
      snapshot: node.snapshot(),
    })
    later.advance(7499)
    expect(told(later)).toEqual([])
    later.advance(1)
    expect(later.emitted('silent')).toMatchObject([{ payload: { key: 'a', lastSeen: startMs } }])
  })

  it('forgets those that were silent for long, save the expected ones', () => {
    const limits = { forgetAfterMs: 60_000, keysMax: 2 }
    const node = run(heartbeat, { ...config, ...limits, expected: [{ key: 'a' }] }, { startMs })
    for (const topic of ['a', 'b', 'c']) node.send({ payload: 1, topic })
    expect(node.failures()).toMatchObject([{ code: 'DETECT_TOO_MANY_KEYS' }])
    node.advance(60_000)
    expect(told(node)).toHaveLength(2)
    for (const topic of ['a', 'b']) node.send({ payload: 1, topic })
    expect(told(node)).toEqual([['back', 'a', 60_000, 60_000]])
  })

  it('leaves no timer behind for what is forgotten, and closes', async () => {
    const node = run(heartbeat, { ...config, forgetAfterMs: 20_000 }, { startMs })
    node.send({ payload: 1, topic: 'a' })
    node.advance(20_000)
    expect(node.snapshot()['keys']).toEqual([])
    expect(node.openTimers).toBe(1)
    await node.close()
    expect(node.openTimers).toBe(0)
  })

  it('does not wait any more for what is no longer expected', () => {
    const node = run(heartbeat, { ...config, expected: [{ key: 'a' }] }, { startMs })
    node.advance(10_000)
    const rules = { ...config, forgetAfterMs: 15_000 }
    const other = run(heartbeat, rules, { startMs: startMs + 10_000, snapshot: node.snapshot() })
    other.advance(5000)
    expect(other.snapshot()['keys']).toEqual([])
  })
})

describe('heartbeat by event time', () => {
  const byEvents = { ...config, time: 'event' }
  const send = (node: TestRun, ...times: readonly number[]): void => {
    for (const time of times) node.send({ payload: 1, topic: 'a', time: startMs + time })
  }

  it('tells of a gap once nothing can come that fills it', () => {
    const node = run(heartbeat, byEvents)
    send(node, 0, 25_000)
    node.watermark(startMs + 9998)
    send(node, 9999)
    node.watermark(startMs + 19_997)
    expect(told(node)).toEqual([])
    node.watermark(startMs + 19_998)
    expect(told(node)).toEqual([['silent', 'a', 19_999, 10_000]])
    node.watermark(startMs + 25_000)
    expect(told(node)).toEqual([['back', 'a', 25_000, 15_001]])
  })

  it('sends late messages out, and fails those without a time', () => {
    const node = run(heartbeat, byEvents)
    node.watermark(startMs)
    send(node, 0)
    node.send({ payload: 1 } as Message)
    expect(node.emitted('late')).toHaveLength(1)
    expect(node.failures()).toMatchObject([{ code: 'DETECT_NO_TIME' }])
  })

  it('waits for what is expected from the first watermark on', () => {
    const node = run(heartbeat, { ...byEvents, expected: [{ key: 'a' }] })
    node.watermark(startMs)
    node.watermark(startMs + 9999)
    expect(told(node)).toEqual([['silent', 'a', 10_000, 10_000]])
  })

  it('does not take the end of input for silence', () => {
    const node = run(heartbeat, byEvents)
    send(node, 0)
    node.end()
    expect(told(node)).toEqual([])
    send(node, 30_000)
    node.end()
    expect(told(node)).toEqual([
      ['silent', 'a', 10_000, 10_000],
      ['back', 'a', 30_000, 30_000],
    ])
  })
})
