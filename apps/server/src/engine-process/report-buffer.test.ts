import { describe, expect, it } from 'vitest'
import { ReportBuffer, usualReportLimits } from './report-buffer.ts'

function bufferOf(limits: Partial<typeof usualReportLimits> = {}) {
  const clock = { time: 1_000, costMs: 0 }
  let firsts = 0
  const buffer = new ReportBuffer({
    clock: { now: () => clock.time, monotonic: () => (clock.time += clock.costMs) },
    limits: { ...usualReportLimits, ...limits },
    onFirst: () => (firsts += 1),
  })
  return { buffer, clock, firsts: () => firsts }
}

const debug = (message: unknown) => ({ kind: 'debug', message, shows: 'message' }) as const
const point = (series: string, time: number) =>
  ({ kind: 'point', series, time, value: time * 2 }) as const

describe('ReportBuffer', () => {
  it('gives nothing when nothing was told', () => {
    const { buffer } = bufferOf()
    expect(buffer.take()).toBeUndefined()
  })

  it('asks once for each batch to be taken', () => {
    const { buffer, firsts } = bufferOf()
    buffer.addStatus('a', { state: 'ok', text: '' })
    buffer.addStatus('b', { state: 'ok', text: '' })
    expect(firsts()).toBe(1)
    buffer.take()
    buffer.addStatus('a', { state: 'ok', text: '' })
    expect(firsts()).toBe(2)
  })

  it('keeps the newest status of each node, its text bounded', () => {
    const { buffer } = bufferOf()
    buffer.addStatus('a', { state: 'connecting', text: '1' })
    buffer.addStatus('a', { state: 'ok', text: 'x'.repeat(500) })
    expect(buffer.take()).toEqual({ statuses: { a: { state: 'ok', text: 'x'.repeat(200) } } })
  })

  it('shows debug entries up to the bound of each node and counts the rest', () => {
    const { buffer } = bufferOf({ debug: { burst: 2, perSecond: 0 } })
    for (let i = 0; i < 5; i += 1) buffer.addReport('a', debug({ topic: 't', payload: i }))
    buffer.addReport('b', debug(1))
    const batch = buffer.take()?.debug
    expect(batch?.dropped).toEqual({ a: 3 })
    expect(batch?.entries).toEqual([
      entry('a', '{"topic":"t","payload":0}', { topic: 't' }),
      entry('a', '{"topic":"t","payload":1}', { topic: 't' }),
      entry('b', '1'),
    ])
  })

  it('stops showing values when that took its share of time, and starts anew with the next batch', () => {
    const { buffer, clock } = bufferOf({ showMs: 3 })
    clock.costMs = 2
    for (let i = 0; i < 5; i += 1) buffer.addReport('a', debug(i))
    const batch = buffer.take()?.debug
    expect(batch?.entries).toHaveLength(2)
    expect(batch?.dropped).toEqual({ a: 3 })
    buffer.addReport('a', debug(1))
    expect(buffer.take()?.debug?.entries).toHaveLength(1)
  })

  it('groups points by node and series and keeps the newest', () => {
    const { buffer } = bufferOf({ points: 2, series: 2 })
    for (const time of [1, 2, 3]) buffer.addReport('chart', point('t', time))
    buffer.addReport('chart', point('h', 4))
    buffer.addReport('chart', point('one too many', 5))
    expect(buffer.take()?.points).toEqual([
      { node: 'chart', series: 't', times: [2, 3], values: [4, 6] },
      { node: 'chart', series: 'h', times: [4], values: [8] },
    ])
  })

  it('keeps the messages of a tapped port within the bound', () => {
    const { buffer } = bufferOf({ taps: { burst: 1, perSecond: 10 } })
    const see = buffer.seerOf('a:out')
    see({ payload: 1, time: 7 })
    see({ payload: 2 })
    expect(buffer.take()?.taps).toEqual([
      {
        port: 'a:out',
        messages: [{ time: 7, value: { json: '{"payload":1,"time":7}', isCut: false } }],
        dropped: 1,
      },
    ])
    see({ payload: 3 })
    buffer.retainTaps(['b:out'])
    expect(buffer.take()?.taps).toBeUndefined()
  })

  it('shows no more than so many a second of a stream that goes on, and a burst after a rest', () => {
    const { buffer, clock } = bufferOf({ debug: { burst: 50, perSecond: 100 } })
    const shown = () => {
      for (let i = 0; i < 500; i += 1) buffer.addReport('a', debug(i))
      const { entries, dropped } = buffer.take()?.debug ?? {}
      expect((entries?.length ?? 0) + (dropped?.['a'] ?? 0)).toBe(500)
      clock.time += 100
      return entries?.length
    }
    expect([shown(), shown(), shown()]).toEqual([50, 10, 10])
    clock.time += 10_000
    expect(shown()).toBe(50)
  })

  it('says in the log how much of the log and of the alerts was dropped', () => {
    const { buffer } = bufferOf({ logEntries: 1, alerts: 1 })
    const alert = { kind: 'alert', change: 'raised', key: '', severity: 'info', text: '' } as const
    for (let i = 0; i < 3; i += 1) {
      buffer.addReport('a', { ...alert, time: i })
      buffer.addLog({
        time: i,
        level: 'info',
        text: `entry ${i}`,
        details: { at: i, un: undefined },
      })
    }
    const batch = buffer.take()
    expect(batch?.alerts).toHaveLength(1)
    expect(batch?.log?.map((each) => each.text)).toEqual([
      'entry 0',
      '2 more alert changes came at once and were dropped.',
      '2 more entries were dropped.',
    ])
  })
})

function entry(node: string, json: string, more: object = {}) {
  return { node, time: 1_000, shows: 'message', value: { json, isCut: false }, ...more }
}
