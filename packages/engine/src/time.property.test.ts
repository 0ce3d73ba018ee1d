import type { Message } from '@millrace/sdk'
import { operator } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDeployment } from './open-deployment.ts'
import { createManualHost, createTestNodes, specOf } from './testing/index.ts'
import { Gate } from './time/gate.ts'
import type { Segment } from './time/gate.ts'
import { Lowest } from './time/lowest.ts'

const listen = operator(
  descriptor({
    version: 1,
    title: 'Test',
    summary: 'For this test.',
    category: 'transform',
    icon: 'circle',
    type: 'test/listen',
    kind: 'operator',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: {},
  }),
  ({ id, emit }) => ({
    onMessage: (message) => emit.out(message),
    onWatermark: (time) => emit.out({ payload: { watermark: time, by: id } }),
  }),
)

const event = fc.record({
  source: fc.constantFrom('a', 'b', 'c'),
  partition: fc.constantFrom('p', 'q', 'r'),
  time: fc.integer({ min: 0, max: 200 }),
})

test('the watermark is the least over sources and partitions seen, and never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), fc.nat(20), async (events, lateByMs) => {
      const bench = createTestNodes()
      const host = createManualHost({ nodeTypes: [listen, ...bench.nodeTypes] })
      const config = { eventTime: 'payload.time', partition: 'payload.partition', lateByMs }
      const sources = ['a', 'b', 'c'].map((id) => ({ id, type: 'test/source', config }))
      const nodes = [
        ...sources,
        { id: 'first', type: 'test/listen', config: {} },
        { id: 'second', type: 'test/listen', config: {} },
        { id: 'sink', type: 'test/sink', config: {} },
      ]
      // `a` comes by way of another listener, and once more directly.
      const wires = ['a > first', 'first > second', 'a > second', 'b > second', 'c > second']
      const deployment = openDeployment(specOf(nodes, [...wires, 'second > sink']), host)
      await deployment.start()
      const model = new Model(lateByMs)
      for (const { source, partition, time } of events) {
        bench.received.length = 0
        const payload = { time, partition }
        bench.source(source).emit({ payload })
        const expected = model.see(source, partition, time)
        const told = bench.received.flatMap(({ message }) => watermarkOf(message))
        const { watermark } =
          deployment.counters().nodes.find(({ node }) => node === 'second') ?? {}
        expect(watermark).toBe(expected === -Infinity ? null : expected)
        expect(told.toSorted((one, other) => one - other)).toEqual(told)
      }
    }),
    { numRuns: 200 },
  )
})

/** The same said plainly: the least, over all sources, of the least over its partitions. */
class Model {
  private readonly latest = new Map<string, Map<string, number>>()
  private readonly sent = new Map<string, number>()
  private readonly lateByMs: number

  constructor(lateByMs: number) {
    this.lateByMs = lateByMs
  }

  see(source: string, partition: string, time: number): number {
    const partitions = this.latest.get(source) ?? new Map<string, number>()
    this.latest.set(source, partitions)
    partitions.set(partition, Math.max(time, partitions.get(partition) ?? -Infinity))
    const own = Math.min(...partitions.values()) - this.lateByMs - 1
    this.sent.set(source, Math.max(own, this.sent.get(source) ?? -Infinity))
    return Math.min(...['a', 'b', 'c'].map((id) => this.sent.get(id) ?? -Infinity))
  }
}

/** What `first` was told comes through `second` as a message, and is not meant. */
function watermarkOf({ payload }: Message): number[] {
  if (typeof payload !== 'object' || payload === null) return []
  if (!('by' in payload) || payload.by !== 'second' || !('watermark' in payload)) return []
  return typeof payload.watermark === 'number' ? [payload.watermark] : []
}

test('the lowest of many is what comparing them all gives', () => {
  const change = fc.tuple(fc.nat(40), fc.oneof(fc.integer(), fc.constant(Infinity)))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const lowest = new Lowest()
      const values: number[] = []
      for (const [index, value] of changes) {
        lowest.set(index, value)
        values[index] = value
        expect(lowest.value).toBe(Math.min(...values.filter((one) => one !== undefined)))
      }
    }),
  )
})

test('no watermark passes a gate before the holds that came ahead of it', () => {
  const step = fc.oneof(fc.constant('hold'), fc.constant('watermark'), fc.nat(1000))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const gate = new Gate()
      const open: { segment: Segment; before: number }[] = []
      let watermark = 0
      let passed = -Infinity
      const check = (passing: number): void => {
        if (passing === -Infinity) return
        expect(passing).toBeGreaterThan(passed)
        expect(open.every(({ before }) => before >= passing)).toBe(true)
        passed = passing
      }
      for (const one of steps) {
        if (one === 'hold') open.push({ segment: gate.enter(), before: watermark })
        else if (one === 'watermark') {
          watermark += 1
          if (gate.admits(watermark)) check(watermark)
        } else if (open.length > 0) {
          const [hold] = open.splice(one % open.length, 1)
          if (hold !== undefined) check(gate.leave(hold.segment))
        }
      }
      while (open.length > 0) {
        const hold = open.pop()
        if (hold !== undefined) check(gate.leave(hold.segment))
      }
      expect(passed).toBe(watermark > 0 ? watermark : -Infinity)
    }),
    { numRuns: 500 },
  )
})
