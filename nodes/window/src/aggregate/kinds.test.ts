import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { NodeSnapshot, TestRun } from '@millrace/sdk/testing'
import { aggregate } from './operator.ts'

const value = ({ payload }: Message) => (payload as { t?: unknown } | null)?.t ?? null
const device = ({ payload }: Message) => (payload as { device?: unknown } | null)?.device ?? null
const sumAndCount = [
  { name: 't', function: 'sum', value },
  { name: 'n', function: 'count' },
]

function open(config: Record<string, unknown> = {}, snapshot?: NodeSnapshot): TestRun {
  const options = snapshot === undefined ? { startMs: 0 } : { startMs: 0, snapshot }
  return run(aggregate, { aggregates: sumAndCount, ...config }, options)
}

/** Sends readings, and goes on from a snapshot after each, which must change nothing. */
function send(node: TestRun, ...readings: readonly (readonly [number, unknown, unknown?])[]): void {
  for (const [time, t, name] of readings) {
    node.send({ time, payload: { t, device: name } })
    node.restore(node.snapshot())
  }
}

const payloads = (node: TestRun) => node.take('out').map(({ payload }) => payload)

describe('windows of a calendar', () => {
  const at = (text: string) => Date.parse(text)

  it('are days of a zone, one of them of 23 hours', () => {
    const node = open({ unit: 'day', timeZone: 'Europe/Berlin' })
    send(node, [at('2026-03-28T23:00:00Z'), 1], [at('2026-03-29T21:59:59Z'), 2])
    send(node, [at('2026-03-29T22:00:00Z'), 4])
    node.end()
    expect(payloads(node)).toEqual([
      { t: 3, n: 2, start: at('2026-03-28T23:00:00Z'), end: at('2026-03-29T22:00:00Z') },
      { t: 4, n: 1, start: at('2026-03-29T22:00:00Z'), end: at('2026-03-30T22:00:00Z') },
    ])
  })

  it('are the last seven days, every day', () => {
    const node = open({ type: 'hopping', unit: 'day', size: 7, slide: 1, timeZone: 'Asia/Tokyo' })
    send(node, [at('2026-01-10T15:00:00Z'), 1])
    node.end()
    expect(payloads(node)).toHaveLength(7)
  })

  it('refuses a zone that is not there', () => {
    expect(() => open({ unit: 'day', timeZone: 'Europe/Atlantis' })).toThrow(
      expect.objectContaining({ code: 'WINDOW_NO_SUCH_ZONE' }),
    )
  })

  it('keeps its state only for the same zone', () => {
    const before = open({ unit: 'day', timeZone: 'UTC' })
    send(before, [1, 1])
    const node = open({ unit: 'day', timeZone: 'Asia/Tokyo' }, before.snapshot())
    node.end()
    expect(payloads(node)).toEqual([])
  })
})

describe('number of messages, or after a time', () => {
  const config = { type: 'count', messages: 3, orAfterMs: 100, groupBy: device }

  it('has a result when the time is over, by event time', () => {
    const node = open(config)
    send(node, [0, 1, 'a'], [50, 2, 'a'], [60, 1, 'b'])
    node.watermark(98)
    expect(payloads(node)).toEqual([])
    node.watermark(99)
    expect(payloads(node)).toMatchObject([{ t: 3, n: 2, key: 'a', start: null, end: null }])
    send(node, [200, 1, 'a'])
    node.watermark(299)
    expect(payloads(node)).toMatchObject([
      { t: 1, key: 'b' },
      { t: 1, key: 'a' },
    ])
  })

  it('counts the time from the first message of each window', () => {
    const node = open(config)
    send(node, [0, 1, 'a'], [10, 1, 'a'], [20, 1, 'a'], [50, 7, 'a'])
    expect(payloads(node)).toMatchObject([{ t: 3, n: 3 }])
    node.watermark(120)
    expect(payloads(node)).toEqual([])
    node.watermark(149)
    expect(payloads(node)).toMatchObject([{ t: 7 }])
    expect(node.snapshot()['groups']).toEqual([])
  })

  it('goes by the clock, too', () => {
    const node = open({ ...config, time: 'processing' })
    send(node, [0, 1, 'a'])
    node.advance(99)
    expect(payloads(node)).toEqual([])
    node.advance(1)
    expect(payloads(node)).toMatchObject([{ t: 1 }])
    expect(node.openTimers).toBe(0)
  })
})

describe('while a condition holds', () => {
  const says = (text: string) => (message: Message) => value(message) === text
  const counts = [{ name: 'n', function: 'count' }]
  const config = { type: 'state', aggregates: counts, groupBy: device }

  it('opens and closes with the messages that say so', () => {
    const node = open({ ...config, opens: says('start'), closes: says('stop') })
    send(node, [1, 'noise', 'a'], [2, 'start', 'a'], [3, 'x', 'a'], [3, 'start', 'b'])
    send(node, [9, 'stop', 'a'], [10, 'noise', 'a'])
    expect(node.emitted()).toEqual([
      { time: 9, key: 'a', payload: { n: 3, start: 2, end: 10, key: 'a' } },
    ])
    node.end()
    expect(node.emitted()).toHaveLength(2)
    expect(node.snapshot()['groups']).toEqual([])
  })

  it('closes before the first message that no longer opens, when nothing else is said', () => {
    const node = open({ ...config, opens: says('run') })
    send(node, [1, 'run', 'a'], [5, 'run', 'a'], [8, 'off', 'a'], [9, 'off', 'a'])
    expect(payloads(node)).toEqual([{ n: 2, start: 1, end: 8, key: 'a' }])
  })

  it('ends after the longest time, and opens anew', () => {
    const node = open({ ...config, opens: says('run'), maxMs: 100 })
    send(node, [0, 'run', 'a'], [50, 'run', 'a'], [100, 'run', 'a'])
    expect(payloads(node)).toEqual([{ n: 2, start: 0, end: 100, key: 'a' }])
    node.watermark(199)
    expect(payloads(node)).toEqual([{ n: 1, start: 100, end: 200, key: 'a' }])
  })

  it('goes by the clock, too', () => {
    const node = open({ ...config, opens: says('run'), time: 'processing' })
    send(node, [777, 'run', 'a'])
    node.advance(40)
    send(node, [888, 'off', 'a'])
    expect(payloads(node)).toEqual([{ n: 1, start: 0, end: 40, key: 'a' }])
  })

  it('needs a condition', () => {
    expect(() => open({ type: 'state' })).toThrow(
      expect.objectContaining({ code: 'WINDOW_NO_CONDITION' }),
    )
  })
})

describe('everything so far', () => {
  it('has a result after every so many messages of a group', () => {
    const node = open({ type: 'global', every: 'messages', everyMessages: 2, groupBy: device })
    send(node, [1, 1, 'a'], [2, 1, 'b'], [4, 1, 'a'], [3, 1, 'a'], [9, 1, 'a'])
    expect(node.emitted()).toEqual([
      { time: 4, key: 'a', payload: { t: 2, n: 2, start: null, end: null, key: 'a' } },
      { time: 9, key: 'a', payload: { t: 4, n: 4, start: null, end: null, key: 'a' } },
    ])
  })

  it('has a result at regular times, of groups with news', () => {
    const node = open({ type: 'global', everyMs: 100, groupBy: device })
    node.watermark(0)
    send(node, [10, 1, 'a'], [20, 1, 'b'])
    node.watermark(98)
    expect(payloads(node)).toEqual([])
    node.watermark(99)
    expect(payloads(node)).toMatchObject([{ t: 1 }, { t: 1 }])
    node.watermark(500)
    expect(payloads(node)).toEqual([])
    send(node, [510, 5, 'a'])
    node.watermark(720)
    expect(node.take()).toMatchObject([{ time: 699, payload: { t: 6, key: 'a' } }])
    send(node, [800, 1, 'b'])
    node.end()
    expect(payloads(node)).toMatchObject([{ t: 2, key: 'b' }])
  })

  it('holds only what is new when results are to be discarded', () => {
    const config = { type: 'global', every: 'messages', everyMessages: 2 }
    const node = open({ ...config, accumulation: 'discarding' })
    send(node, [1, 1], [2, 2], [3, 4], [4, 8])
    expect(payloads(node)).toMatchObject([{ t: 3 }, { t: 12 }])
  })

  it('goes by the clock, too', () => {
    const node = open({ type: 'global', everyMs: 100, time: 'processing' })
    node.advance(40)
    send(node, [0, 3])
    node.advance(59)
    expect(payloads(node)).toEqual([])
    node.advance(1)
    expect(payloads(node)).toMatchObject([{ t: 3 }])
  })
})

describe('the last of every message', () => {
  it('is of the last messages of a group', () => {
    const config = { type: 'last', reach: 'messages', lastMessages: 2, groupBy: device }
    const node = open(config)
    send(node, [1, 1, 'a'], [2, 2, 'a'], [3, 100, 'b'], [4, 4, 'a'])
    expect(payloads(node)).toMatchObject([{ t: 1 }, { t: 3 }, { t: 100 }, { t: 6, n: 2 }])
  })

  it('is of the last stretch of time, both ends included, whatever the order', () => {
    const node = open({ type: 'last', lastMs: 10 })
    send(node, [0, 1], [10, 2], [11, 4], [5, 8])
    expect(payloads(node)).toEqual([
      { t: 1, n: 1, start: -10, end: 1 },
      { t: 3, n: 2, start: 0, end: 11 },
      { t: 6, n: 2, start: 1, end: 12 },
      { t: 9, n: 2, start: -5, end: 6 },
    ])
  })

  it('sends out as late what came behind the watermark, and lets go of what is over', () => {
    const node = open({ type: 'last', lastMs: 10, groupBy: device })
    send(node, [5, 1, 'a'], [8, 2, 'a'])
    node.watermark(9)
    send(node, [9, 4, 'a'])
    expect(node.take('late')).toHaveLength(1)
    send(node, [16, 8, 'a'])
    expect(payloads(node).at(-1)).toMatchObject({ t: 10, n: 2 })
    node.watermark(100)
    expect(node.snapshot()['groups']).toEqual([])
  })

  it('has a bound', () => {
    const node = open({ type: 'last', lastMs: 1_000_000, aggregates: [sumAndCount[1]] })
    for (let n = 0; n < 10_001; n += 1) node.send({ time: n, payload: {} })
    expect(node.failures()).toMatchObject([{ code: 'WINDOW_FULL' }])
    expect(node.emitted().at(-1)?.payload).toMatchObject({ n: 10_000 })
  })
})

describe('results before the end', () => {
  it('come at regular times, of windows with news, and the last one in any case', () => {
    const node = open({ early: 'time', earlyMs: 2000, groupBy: device })
    node.watermark(0)
    send(node, [100, 1, 'a'], [200, 2, 'b'])
    node.watermark(1998)
    expect(node.take()).toEqual([])
    node.watermark(1999)
    expect(node.take()).toMatchObject([
      { time: 9999, early: true, payload: { t: 1, key: 'a', start: 0, end: 10_000 } },
      { time: 9999, early: true, payload: { t: 2, key: 'b' } },
    ])
    node.watermark(3999)
    expect(node.take()).toEqual([])
    send(node, [4000, 4, 'a'])
    node.watermark(9999)
    expect(node.take()).toEqual([
      { time: 9999, key: 'a', payload: { t: 5, n: 2, key: 'a', start: 0, end: 10_000 } },
      { time: 9999, key: 'b', payload: { t: 2, n: 1, key: 'b', start: 0, end: 10_000 } },
    ])
  })

  it('come after a number of messages of a window', () => {
    const node = open({ early: 'messages', earlyMessages: 2 })
    send(node, [1, 1], [10_001, 50], [2, 2], [3, 4])
    expect(node.take()).toMatchObject([{ early: true, payload: { t: 3, end: 10_000 } }])
    node.end()
    expect(payloads(node)).toMatchObject([{ t: 7 }, { t: 50 }])
  })

  it('hold only what is new when results are discarded, and so does the last', () => {
    const config = { early: 'messages', earlyMessages: 2, accumulation: 'discarding' }
    for (const type of ['tumbling', 'session']) {
      const node = open({ ...config, type })
      send(node, [1, 1], [2, 2], [3, 4], [4, 8])
      expect(payloads(node)).toMatchObject([{ t: 3 }, { t: 12 }])
      node.watermark(1_000_000)
      expect(payloads(node)).toEqual([])
      expect(node.snapshot()['groups']).toEqual([])
    }
  })

  it('come of all windows that overlap', () => {
    const config = { type: 'hopping', sizeMs: 100, slideMs: 50, early: 'time', earlyMs: 10 }
    const node = open(config)
    node.watermark(50)
    send(node, [60, 1], [110, 2])
    node.watermark(70)
    expect(payloads(node)).toMatchObject([
      { t: 1, start: 0 },
      { t: 3, start: 50 },
      { t: 2, start: 100 },
    ])
    node.watermark(98)
    expect(payloads(node)).toEqual([])
  })

  it('come of sessions', () => {
    const node = open({ type: 'session', gapMs: 100, early: 'time', earlyMs: 50 })
    node.watermark(0)
    send(node, [10, 1], [40, 2])
    node.watermark(60)
    expect(payloads(node)).toMatchObject([{ t: 3, start: 10, end: 140 }])
    send(node, [130, 4])
    node.watermark(500)
    expect(node.take()).toMatchObject([{ payload: { t: 7, end: 230 } }])
  })

  it('come by the clock', () => {
    const node = open({ time: 'processing', early: 'time', earlyMs: 1000 })
    send(node, [0, 1])
    node.advance(999)
    expect(payloads(node)).toEqual([])
    node.advance(1)
    expect(payloads(node)).toMatchObject([{ t: 1 }])
  })
})

describe('windows without messages', () => {
  const config = { noData: 'row', groupBy: device, sizeMs: 10 }

  it('have a result of nothing for groups that are known', () => {
    const node = open(config)
    send(node, [5, 1, 'a'], [15, 2, 'b'], [25, 4, 'a'])
    node.watermark(29)
    expect(node.emitted()).toMatchObject([
      { time: 9, payload: { key: 'a', t: 1 } },
      { time: 19, payload: { key: 'b', t: 2 } },
      { time: 19, key: 'a', payload: { key: 'a', t: null, n: 0, start: 10, end: 20 } },
      { time: 29, payload: { key: 'a', t: 4 } },
      { time: 29, payload: { key: 'b', t: null } },
    ])
    node.take()
    node.restore(node.snapshot())
    node.watermark(38)
    expect(payloads(node)).toEqual([])
    node.watermark(39)
    expect(payloads(node)).toMatchObject([
      { key: 'a', n: 0, end: 40 },
      { key: 'b', n: 0, end: 40 },
    ])
    node.end()
    expect(payloads(node)).toEqual([])
  })

  it('are not without end after a long silence, and groups are forgotten', () => {
    const node = open({ ...config, forgetAfterMs: 100 })
    send(node, [5, 1, 'a'])
    node.watermark(1e12)
    expect(node.take()).toHaveLength(10)
    const patient = open({ ...config, forgetAfterMs: 1e15 })
    send(patient, [5, 1, 'a'])
    patient.watermark(1e12)
    expect(patient.take()).toHaveLength(1001)
    send(patient, [1e12 + 5, 1, 'a'])
    patient.watermark(1e12 + 20)
    expect(patient.take()).toMatchObject([{ payload: { n: 1 } }, { payload: { n: 0 } }])
  })

  it('are told by the clock', () => {
    const node = open({ ...config, time: 'processing' })
    send(node, [0, 1, 'a'])
    node.advance(25)
    expect(payloads(node)).toMatchObject([
      { n: 1, end: 10 },
      { n: 0, end: 20 },
    ])
  })
})
