import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { manualTime, run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { alert } from './operator.ts'

const compare =
  (holds: (level: number) => boolean) =>
  ({ payload }: Message) =>
    typeof payload === 'number' ? holds(payload) : null

const config = {
  raiseWhen: compare((level) => level > 80),
  text: ({ key, payload }: Message) => `${key} at ${String(payload)}`,
  value: ({ payload }: Message) => payload,
}
const hysteresis = { ...config, clearWhen: compare((level) => level < 75) }
const startMs = 1_000_000

/** What left by the ports since the last look, with times from the start. */
function changes(node: TestRun): unknown[] {
  return node.take().map(({ payload }) => {
    const { change, key, value, time } = payload as Record<string, unknown>
    return [change, key, value, Number(time) - startMs]
  })
}

describe('alert', () => {
  it('raises once, and clears when the condition no longer holds', () => {
    const node = run(alert, config, { startMs })
    for (const payload of [79, 81, 84, 80]) node.send({ payload, topic: 'p4' })
    expect(changes(node)).toEqual([
      ['raised', 'p4', 81, 0],
      ['cleared', 'p4', 80, 0],
    ])
  })

  it('stays raised between the two conditions', () => {
    const node = run(alert, hysteresis, { startMs })
    for (const payload of [81, 78, 75, 81, 74, 78]) node.send({ payload, topic: 'p4' })
    expect(changes(node)).toEqual([
      ['raised', 'p4', 81, 0],
      ['cleared', 'p4', 74, 0],
    ])
  })

  it('sends the alert as payload, and reports it', () => {
    const node = run(alert, { ...config, severity: 'critical' }, { startMs })
    node.send({ payload: 81, topic: 'plant/p4', key: 'p4' })
    const shown = { change: 'raised', key: 'p4', severity: 'critical', text: 'p4 at 81', value: 81 }
    expect(node.emitted('raised')).toEqual([
      {
        payload: { ...shown, time: startMs, since: startMs, node: 'node' },
        topic: 'plant/p4',
        key: 'p4',
        time: startMs,
      },
    ])
    expect(node.reports()).toEqual([{ kind: 'alert', ...shown, time: startMs }])
    expect(node.statuses().at(-1)).toEqual({ state: 'warning', text: '1 open' })
  })

  it('keeps an alert for each key', () => {
    const node = run(alert, { ...config, key: ({ line }: Message) => line ?? null }, { startMs })
    node.send({ payload: 81, line: 1 })
    node.send({ payload: 82, line: 2 })
    node.send({ payload: 70, line: 1 })
    node.send({ payload: 90 })
    expect(changes(node)).toEqual([
      ['raised', '1', 81, 0],
      ['raised', '2', 82, 0],
      ['cleared', '1', 70, 0],
      ['raised', '', 90, 0],
    ])
    expect(node.statuses().at(-1)?.text).toBe('2 open')
  })

  it('raises only when the condition has held for long enough, without a message too', () => {
    const node = run(alert, { ...config, raiseAfterMs: 1000 }, { startMs })
    node.send({ payload: 81, topic: 'a' })
    node.advance(900)
    node.send({ payload: 70, topic: 'a' })
    node.send({ payload: 82, topic: 'a' })
    node.advance(500)
    node.send({ payload: 83, topic: 'a' })
    node.advance(499)
    expect(changes(node)).toEqual([])
    node.advance(1)
    expect(changes(node)).toEqual([['raised', 'a', 83, 1900]])
  })

  it('clears only when the condition has held for long enough', () => {
    const node = run(alert, { ...hysteresis, clearAfterMs: 1000 }, { startMs })
    node.send({ payload: 81, topic: 'a' })
    node.send({ payload: 70, topic: 'a' })
    node.advance(900)
    node.send({ payload: 77, topic: 'a' })
    node.advance(500)
    node.send({ payload: 71, topic: 'a' })
    node.advance(500)
    node.send({ payload: 72, topic: 'a' })
    node.advance(499)
    expect(changes(node)).toEqual([['raised', 'a', 81, 0]])
    node.advance(1)
    expect(changes(node)).toEqual([['cleared', 'a', 72, 2400]])
    expect(node.openTimers).toBe(0)
  })

  it('changes nothing for messages in which the condition is unknown', () => {
    const node = run(alert, { ...config, raiseAfterMs: 10 }, { startMs })
    node.send({ payload: 81, topic: 'a' })
    for (const payload of [null, 'n/a', undefined, {}]) node.send({ payload, topic: 'a' })
    node.advance(10)
    for (const payload of [null, 'n/a', undefined, {}]) node.send({ payload, topic: 'a' })
    expect(changes(node).map((change) => (change as unknown[])[0])).toEqual(['raised'])
  })

  it('repeats an open alert until it is acknowledged', () => {
    const node = run(alert, { ...config, repeatEveryMs: 60_000 }, { startMs })
    node.send({ payload: 81, topic: 'a' })
    node.advance(120_000)
    expect(changes(node)).toEqual([
      ['raised', 'a', 81, 0],
      ['repeated', 'a', 81, 60_000],
      ['repeated', 'a', 81, 120_000],
    ])
    node.action('acknowledge', { key: 'a' })
    node.advance(600_000)
    expect(changes(node)).toEqual([])
    node.send({ payload: 1, topic: 'a' })
    expect(changes(node)).toEqual([['cleared', 'a', 1, 720_000]])
  })

  it.each([[{ key: 'b' }], [{}], [null], ['a'], [{ key: 5 }]])(
    'refuses to acknowledge %o, which is no open alert',
    (argument) => {
      const node = run(alert, config)
      node.send({ payload: 81, topic: 'a' })
      expect(() => node.action('acknowledge', argument)).toThrow(/No alert|Say which/)
    },
  )

  it('goes on after a restart where it was', () => {
    const rules = { ...config, raiseAfterMs: 1000, repeatEveryMs: 60_000 }
    const node = run(alert, rules, { startMs })
    node.send({ payload: 81, topic: 'open' })
    node.advance(1000)
    node.send({ payload: 82, topic: 'rising' })
    node.advance(400)
    changes(node)
    const reported = node.reports().length
    node.restore(node.snapshot())
    expect(node.reports().slice(reported)).toMatchObject([{ change: 'repeated', key: 'open' }])
    expect(node.statuses().at(-1)?.text).toBe('1 open')
    node.advance(600)
    expect(changes(node)).toEqual([['raised', 'rising', 82, 2000]])
    node.advance(59_000)
    expect(changes(node)).toEqual([['repeated', 'open', 81, 61_000]])
  })

  it('forgets keys without an alert, and bounds those with one', () => {
    const node = run(alert, config)
    for (let n = 0; n < 10_000; n += 1) node.send({ payload: 81, topic: `t${n}` })
    node.send({ payload: 81, topic: 'one more' })
    expect(node.failures()).toMatchObject([{ code: 'ALERT_TOO_MANY' }])
    for (let n = 0; n < 10_000; n += 1) node.send({ payload: 1, topic: `t${n}` })
    expect(node.snapshot()['alerts']).toEqual([])
    expect(node.statuses().at(-1)?.text).toBe('None open')
  })

  it('takes __proto__ for a key like any other', () => {
    const node = run(alert, config, { startMs })
    node.send({ payload: 81, topic: '__proto__' })
    node.send({ payload: 1, topic: '__proto__' })
    expect(changes(node)).toEqual([
      ['raised', '__proto__', 81, 0],
      ['cleared', '__proto__', 1, 0],
    ])
  })
})

describe('alert, when somebody sets the clock', () => {
  it.each([-3_600_000, 3_600_000])('holds to its times over a step of %i ms', (stepMs) => {
    const even = manualTime(startMs)
    let step = 0
    const clock = { now: () => even.clock.now() + step, monotonic: even.clock.monotonic }
    const time = { clock, schedule: even.schedule }
    const node = run(alert, { ...config, raiseAfterMs: 10_000 }, { time })
    const wait = (ms: number) => {
      even.advance(ms)
      return changes(node).length
    }
    node.send({ payload: 81, topic: 'p4' })
    expect(wait(4000)).toBe(0)
    step = stepMs
    node.send({ payload: 82, topic: 'p4' })
    expect(wait(5999)).toBe(0)
    expect(wait(1)).toBe(1)
    expect(node.reports()).toMatchObject([{ time: startMs + 10_000 + stepMs }])
  })

  it('puts nothing off when the clock was set back over a restart', () => {
    const ahead = run(alert, { ...config, raiseAfterMs: 10_000 }, { startMs: 10 * startMs })
    ahead.send({ payload: 81, topic: 'p4' })
    const options = { startMs, snapshot: ahead.snapshot() }
    const node = run(alert, { ...config, raiseAfterMs: 10_000 }, options)
    node.advance(10_000)
    expect(changes(node)).toEqual([['raised', 'p4', 81, 10_000]])
  })
})
