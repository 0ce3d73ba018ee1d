import { describe, expect, it } from 'vitest'
import type { NodeCounters } from '@millrace/protocol'
import { createGauges, type GaugeStore } from './gauges.ts'

const counters = (received: number, changes: Partial<NodeCounters> = {}): NodeCounters => ({
  received,
  errors: 0,
  inFlight: 0,
  isPressing: false,
  isBottleneck: false,
  watermark: null,
  ...changes,
})

/** Sends totals every 250 ms, as the server does, for a while. */
function feed(
  gauges: GaugeStore,
  seconds: number,
  total: (time: number) => number,
  from = 0,
): void {
  for (let step = 0; step <= seconds * 4; step++) {
    const elapsed = from + step / 4
    const count = Math.floor(total(elapsed))
    gauges.take({
      flow: 'f',
      time: 1_000_000 + elapsed * 1000,
      ports: { 'a:out': count },
      nodes: { b: counters(count) },
    })
  }
}

const rate = (gauges: GaugeStore) => gauges.port('a:out')?.perSecond ?? NaN

describe('rates', () => {
  it('says how many messages a second pass', () => {
    const gauges = createGauges()
    feed(gauges, 5, (time) => time * 200)
    expect(rate(gauges)).toBeCloseTo(200, 0)
  })

  it('does not take the messages before the first look for messages of this second', () => {
    const gauges = createGauges()
    feed(gauges, 0.5, (time) => 100_000 + time * 10)
    expect(rate(gauges)).toBe(0)
  })

  it('falls to nothing soon after a quick stream ends', () => {
    const gauges = createGauges()
    feed(gauges, 5, (time) => time * 100)
    feed(gauges, 2.5, () => 500, 5)
    expect(rate(gauges)).toBe(0)
  })

  it('stays calm for a burst every ten seconds', () => {
    const gauges = createGauges()
    feed(gauges, 40, (time) => Math.floor(time / 10) * 12)
    const seen: number[] = []
    for (let second = 40; second < 60; second++) {
      feed(gauges, 0.75, (time) => Math.floor(time / 10) * 12, second)
      seen.push(rate(gauges))
    }
    expect(Math.min(...seen)).toBeGreaterThan(0.5)
    expect(Math.max(...seen)).toBeLessThan(2.5)
  })

  it('begins anew when a deployment starts counting from nothing', () => {
    const gauges = createGauges()
    feed(gauges, 5, (time) => time * 100)
    feed(gauges, 5, (time) => (time - 5) * 20, 5)
    expect(rate(gauges)).toBeCloseTo(20, 0)
  })
})

describe('nodes', () => {
  it('keep a value a second of the last minute', () => {
    const gauges = createGauges()
    feed(gauges, 10, (time) => time * 50)
    const node = gauges.node('b')
    expect(node?.trendCount).toBeGreaterThan(6)
    expect(node?.trend[(node.trendAt + 59) % 60]).toBeCloseTo(50, 0)
  })

  it('show errors, what they hold and that they press', () => {
    const gauges = createGauges()
    const busy = counters(5, { errors: 2, inFlight: 7, isPressing: true })
    gauges.take({ flow: 'f', time: 1000, ports: {}, nodes: { b: busy } })
    expect(gauges.node('b')).toMatchObject({ errors: 2, inFlight: 7, isPressing: true })
  })

  it('stay the slowest for a moment, as pressing comes and goes', () => {
    let elapsed = 5000
    const gauges = createGauges(() => elapsed)
    const take = (isBottleneck: boolean) =>
      gauges.take({
        flow: 'f',
        time: 1_000_000 + elapsed,
        ports: {},
        nodes: { b: counters(5, { isBottleneck }) },
      })
    take(true)
    elapsed += 10_000
    expect(gauges.node('b')?.isBottleneck).toBe(true)
    take(false)
    expect(gauges.node('b')?.isBottleneck).toBe(true)
    elapsed += 3000
    expect(gauges.node('b')?.isBottleneck).toBe(false)
  })

  it('go by the time of the server, also while it has nothing to say', () => {
    let elapsed = 5000
    const gauges = createGauges(() => elapsed)
    expect(gauges.now()).toBeUndefined()
    gauges.take({ flow: 'f', time: 1_000_000, ports: {}, nodes: { b: counters(1) } })
    elapsed += 700
    expect(gauges.now()).toBe(1_000_700)
  })

  it('add up to what enters the flow', () => {
    const gauges = createGauges()
    for (let step = 0; step <= 20; step++)
      gauges.take({
        flow: 'f',
        time: 1000 + step * 250,
        ports: { 'source:out': step * 10, 'filter:out': step * 5 },
        nodes: { source: counters(0), filter: counters(step * 10) },
      })
    expect(gauges.total().perSecond).toBeCloseTo(40, 0)
  })

  it('are forgotten when another flow is looked at', () => {
    const gauges = createGauges()
    feed(gauges, 2, (time) => time * 10)
    gauges.clear()
    expect(gauges.port('a:out')).toBeUndefined()
    expect(gauges.node('b')).toBeUndefined()
  })
})
