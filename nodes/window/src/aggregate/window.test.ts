import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { NodeSnapshot, TestRun } from '@millrace/sdk/testing'
import { aggregate } from './operator.ts'

const value = ({ payload }: Message) => (payload as { t?: unknown } | null)?.t ?? null
const device = ({ payload }: Message) => (payload as { device?: unknown } | null)?.device ?? null
const average = [{ name: 't', function: 'avg', value }]

function open(config: Record<string, unknown> = {}, snapshot?: NodeSnapshot): TestRun {
  const options = snapshot === undefined ? { startMs: 0 } : { startMs: 0, snapshot }
  return run(aggregate, { aggregates: average, ...config }, options)
}

function send(node: TestRun, ...readings: readonly (readonly [number, unknown, unknown?])[]): void {
  for (const [time, t, name] of readings) node.send({ time, payload: { t, device: name } })
}

const payloads = (node: TestRun) => node.take('out').map(({ payload }) => payload)

describe('window: results', () => {
  it('has the results, the window and the group, and the time of the last millisecond', () => {
    const node = open({ groupBy: device })
    send(node, [1000, 20, 'a'], [4000, 22, 'a'], [12_000, 30, 'a'])
    node.watermark(9998)
    expect(node.emitted()).toEqual([])
    node.watermark(9999)
    expect(node.emitted()).toEqual([
      { time: 9999, key: 'a', payload: { t: 21, start: 0, end: 10_000, key: 'a' } },
    ])
  })

  it('has no key when nothing is grouped', () => {
    const node = open()
    send(node, [1, 1, 'a'], [2, 3, 'b'])
    node.end()
    expect(node.emitted()).toEqual([{ time: 9999, payload: { t: 2, start: 0, end: 10_000 } }])
  })

  it('counts messages when nobody says what to do', () => {
    const node = run(aggregate)
    node.send({ time: 1, payload: null })
    node.end()
    expect(payloads(node)).toEqual([{ count: 1, start: 0, end: 10_000 }])
  })

  it.each([
    ['number', 7, 7],
    ['text', 'a', 'a'],
    ['empty text', '', ''],
    ['__proto__', '__proto__', '__proto__'],
    ['null', null, undefined],
    ['boolean', true, undefined],
    ['object', { line: 1 }, undefined],
    ['marked text', '\u0000jnull', '\u0000jnull'],
  ])('groups by a %s, over a restart', (_kind, group, key) => {
    const node = open({ groupBy: device })
    send(node, [1, 1, group], [2, 2, 'other'])
    node.restore(node.snapshot())
    send(node, [3, 3, group])
    node.end()
    const [result] = node.emitted()
    expect(result?.payload).toEqual({ t: 2, start: 0, end: 10_000, key: group })
    expect(result?.key).toBe(key)
  })

  it('keeps groups apart whose keys only look alike', () => {
    const node = open({ groupBy: device, aggregates: [{ name: 'n', function: 'count' }] })
    const groups = [1, '1', null, 'null', true, 'true', '\u0000jnull', '\u0000t', [1], '[1]']
    send(node, ...groups.map((group) => [1, 1, group] as const))
    node.end()
    expect(payloads(node)).toEqual(groups.map((key) => ({ n: 1, start: 0, end: 10_000, key })))
  })
})

describe('window: late messages', () => {
  it('sends a message out as late whose window has closed', () => {
    const node = open()
    send(node, [1, 1])
    node.watermark(9999)
    send(node, [9999, 5], [10_000, 6])
    expect(node.emitted('late')).toEqual([{ time: 9999, payload: { t: 5, device: undefined } }])
    node.end()
    expect(payloads(node)).toMatchObject([{ t: 1 }, { t: 6 }])
  })

  it('corrects a result within the lateness, once for each message', () => {
    const node = open({ allowedLatenessMs: 100 })
    send(node, [1, 1])
    node.watermark(10_000)
    send(node, [2, 3], [3, 5])
    node.watermark(10_099)
    send(node, [4, 7])
    expect(payloads(node)).toMatchObject([{ t: 1 }, { t: 2 }, { t: 3 }])
    expect(node.take('late')).toHaveLength(1)
  })

  it('gives only what is new when results are to be discarded', () => {
    const node = open({ allowedLatenessMs: 100, accumulation: 'discarding' })
    send(node, [1, 1])
    node.watermark(10_000)
    send(node, [2, 3], [3, 5])
    expect(payloads(node)).toMatchObject([{ t: 1 }, { t: 3 }, { t: 5 }])
  })

  it('lets go of everything in the end', () => {
    for (const accumulation of ['accumulating', 'discarding']) {
      const node = open({ allowedLatenessMs: 100, accumulation, groupBy: device })
      for (let n = 0; n < 100; n += 1) send(node, [n * 1000, n, `d${n % 7}`])
      node.watermark(200_000)
      expect(node.snapshot()['groups']).toEqual([])
    }
  })
})

describe('window: bad input', () => {
  it.each([undefined, null, NaN, Infinity, '5', 1e300])(
    'fails a message with the time %o',
    (time) => {
      const node = open()
      node.send({ time: time as number, payload: { t: 1 } })
      node.end()
      expect(node.failures()).toMatchObject([{ code: 'WINDOW_NO_TIME' }])
      expect(node.emitted()).toEqual([])
    },
  )

  it.each(['21', true, {}, [], NaN, Infinity, new Uint8Array(1), 'x'.repeat(1_000_000)])(
    'fails a message with the value %o where a number is needed, and counts it nowhere',
    (bad) => {
      const node = open({ aggregates: [{ name: 'n', function: 'count' }, ...average] })
      send(node, [1, 1], [2, bad])
      node.end()
      expect(node.failures()).toMatchObject([{ code: 'WINDOW_NOT_A_NUMBER' }])
      expect(node.failures()[0]?.message).toMatch(/^The value for "t" is .{3,60}\.$/)
      expect(payloads(node)).toMatchObject([{ n: 1, t: 1 }])
    },
  )

  it('skips missing values, and has no average of none', () => {
    const node = open()
    send(node, [1, null], [2, undefined])
    node.send({ time: 3, payload: null })
    node.end()
    expect(payloads(node)).toEqual([{ t: null, start: 0, end: 10_000 }])
    expect(node.failures()).toEqual([])
  })

  it('fails a message whose group has too long a name, or no text', () => {
    const node = open({ groupBy: device })
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    send(node, [1, 1, 'x'.repeat(1001)], [1, 1, { long: 'x'.repeat(1001) }], [1, 1, circle])
    expect(node.failures().map(({ code }) => code)).toEqual([
      'WINDOW_KEY_TOO_LONG',
      'WINDOW_KEY_TOO_LONG',
      'NODE_FAILED',
    ])
    expect(node.snapshot()['groups']).toEqual([])
  })

  it('refuses two results of the same name', () => {
    expect(() => open({ aggregates: [...average, ...average] })).toThrow(
      'Two results are named "t"',
    )
    expect(() => open({ aggregates: [...average, ...average] })).toThrow(
      expect.objectContaining({ code: 'WINDOW_SAME_NAME' }),
    )
  })

  it('refuses a cumulating window that is no whole number of steps', () => {
    const config = { type: 'cumulate', sizeMs: 1000, stepMs: 300 }
    expect(() => open(config)).toThrow(expect.objectContaining({ code: 'WINDOW_UNEVEN_STEP' }))
  })

  it('takes times long before 1970', () => {
    const node = open({ offsetMs: -100 })
    send(node, [-1, 1], [-101, 3], [-62_135_596_800_000, 5])
    node.end()
    expect(payloads(node)).toMatchObject([
      { t: 5 },
      { t: 3, start: -10_100, end: -100 },
      { t: 1, start: -100, end: 9900 },
    ])
  })
})

describe('window: processing time', () => {
  const config = { time: 'processing', groupBy: device }

  it('closes windows by the clock, whatever the messages say, without a message too', () => {
    const node = open(config)
    node.advance(3000)
    send(node, [1_000_000, 1, 'a'], [-5, 3, 'b'])
    node.advance(6999)
    expect(node.emitted()).toEqual([])
    node.advance(1)
    expect(payloads(node)).toMatchObject([
      { t: 1, key: 'a', start: 0 },
      { t: 3, key: 'b', start: 0 },
    ])
    expect(node.openTimers).toBe(0)
  })

  it('needs no time in the message', () => {
    const node = open(config)
    node.send({ payload: { t: 1 } })
    node.advance(10_000)
    expect(payloads(node)).toMatchObject([{ t: 1 }])
  })

  it('closes after a restart what was open before it', () => {
    const node = open(config)
    send(node, [0, 1, 'a'])
    node.restore(node.snapshot())
    node.advance(10_000)
    expect(payloads(node)).toMatchObject([{ t: 1 }])
  })

  it('ends sessions by the clock', () => {
    const node = open({ ...config, type: 'session', gapMs: 100 })
    for (let n = 0; n < 5; n += 1) {
      send(node, [0, n, 'a'])
      node.advance(99)
    }
    expect(node.emitted()).toEqual([])
    node.advance(1)
    expect(payloads(node)).toMatchObject([{ t: 2, start: 0, end: 496 }])
  })

  it('ends its timers when it closes', async () => {
    const node = open(config)
    send(node, [0, 1, 'a'])
    await node.close()
    expect(node.openTimers).toBe(0)
  })
})

describe('window: number of messages', () => {
  it('has a result when it is full, and none for the rest', () => {
    const node = open({ type: 'count', messages: 2, groupBy: device })
    send(node, [1, 1, 'a'], [2, 5, 'b'], [9, 3, 'a'], [4, 7, 'a'])
    node.end()
    expect(node.emitted()).toEqual([
      { time: 9, key: 'a', payload: { t: 2, start: null, end: null, key: 'a' } },
    ])
    expect(node.snapshot()['groups']).toHaveLength(2)
  })

  it('takes messages without a time', () => {
    const node = open({ type: 'count', messages: 1 })
    node.send({ payload: { t: 4 } })
    expect(payloads(node)).toMatchObject([{ t: 4 }])
  })
})

describe('window: state', () => {
  it('is kept when what does not concern it changes, and dropped when its shape does', () => {
    const before = open()
    send(before, [1, 1])
    const stored = before.snapshot()
    const same = open({ allowedLatenessMs: 500 }, stored)
    const other = open({ sizeMs: 20_000 }, stored)
    for (const node of [same, other]) {
      send(node, [2, 3])
      node.end()
    }
    expect(payloads(same)).toMatchObject([{ t: 2 }])
    expect(payloads(other)).toMatchObject([{ t: 3, end: 20_000 }])
  })

  it('takes one pane for a message, however many windows it is in', () => {
    const node = open({ type: 'hopping', sizeMs: 3_600_000, slideMs: 1000 })
    send(node, [500, 1])
    expect(node.snapshot()['groups']).toEqual([['', [0, 1, 1]]])
    node.end()
    expect(node.emitted('out')).toHaveLength(3600)
  })

  it('has at most two panes for a slide, even when nothing divides anything', () => {
    const node = open({ type: 'hopping', sizeMs: 10_007, slideMs: 3331 })
    for (let time = 0; time < 3331; time += 1) send(node, [time, 1])
    // A pane has its start, and the number and sum that make the average.
    expect(node.snapshot()['groups']?.[0]?.[1]).toHaveLength(2 * 3)
  })
})
