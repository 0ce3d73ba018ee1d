import { expect, it } from 'vitest'
import { CounterFeed } from './counter-feed.ts'

const gauges = {
  received: 1,
  errors: 0,
  inFlight: 0,
  isPressing: false,
  isBottleneck: false,
  watermark: null,
}

it('tells everything first, then what changed, then nothing', () => {
  const feed = new CounterFeed()
  const ports = [
    { node: 'a', port: 'out', count: 5 },
    { node: 'a', port: 'error', count: 0 },
  ]
  const nodes = [
    { node: 'a', ...gauges },
    { node: 'b', ...gauges },
  ]
  expect(feed.changes({ ports, nodes }, 10)).toEqual({
    time: 10,
    ports: { 'a:out': 5, 'a:error': 0 },
    nodes: { a: gauges, b: gauges },
  })
  const later = [
    { node: 'a', ...gauges, watermark: 7 },
    { node: 'b', ...gauges },
  ]
  expect(
    feed.changes({ ports: ports.with(0, { node: 'a', port: 'out', count: 6 }), nodes: later }, 20),
  ).toEqual({
    time: 20,
    ports: { 'a:out': 6 },
    nodes: { a: { ...gauges, watermark: 7 } },
  })
  expect(
    feed.changes({ ports: ports.with(0, { node: 'a', port: 'out', count: 6 }), nodes: later }, 30),
  ).toBeUndefined()
  feed.reset()
  expect(feed.changes({ ports, nodes }, 40)?.ports).toEqual({ 'a:out': 5, 'a:error': 0 })
})

it('tells that a node has become the slowest, though nothing else changed', () => {
  const feed = new CounterFeed()
  feed.changes({ ports: [], nodes: [{ node: 'a', ...gauges, isPressing: true }] }, 10)
  const slow = { ...gauges, isPressing: true, isBottleneck: true }
  expect(feed.changes({ ports: [], nodes: [{ node: 'a', ...slow }] }, 20)?.nodes).toEqual({
    a: slow,
  })
})
