import { expect, it } from 'vitest'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { NodeGauge } from '../live/index.ts'
import { fromFlow } from '../model/index.ts'
import { indexWires } from '../model/document.ts'
import { eventTimeOf, heldBackBy, type TimeScene } from './event-time.ts'

const type = (name: string, about: Partial<Descriptor>): [string, Descriptor] => [
  name,
  {
    type: name,
    version: 1,
    kind: 'operator',
    title: name,
    summary: '',
    category: 'windows',
    icon: '',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: {},
    ...about,
  },
]
const descriptors = new Map([
  type('source', { kind: 'source', timed: true }),
  type('filter', {}),
  type('window', {}),
  type('stamp', { timed: true }),
])

const now = 1_000_000

/** Wires as `a>b`; the type of a node is its id without the number. */
function scene(
  wires: readonly string[],
  behindMs: Readonly<Record<string, number>>,
  {
    eventTime = 'payload.time',
    slowest = {},
  }: { eventTime?: string; slowest?: Readonly<Record<string, string>> } = {},
): TimeScene {
  const joins = wires.map((wire) => wire.split('>') as [string, string])
  const ids = [...new Set(joins.flat())]
  const document = fromFlow({
    millrace: 1,
    name: 'f',
    title: 'F',
    nodes: ids.map((id) => ({ id, type: id.replace(/\d$/, ''), config: { eventTime } })),
    wires: joins.map(([from, to]) => ({
      from: { node: from, port: 'out' },
      to: { node: to, port: 'in' },
    })),
    layout: {},
  })
  return {
    document,
    wires: indexWires(document.wires),
    catalog: { isLoaded: true, descriptors },
    gauges: {
      now: () => now,
      node: (id) => {
        const behind = behindMs[id]
        const watermark = behind === undefined ? null : now - behind
        // The other numbers of a gauge are not looked at.
        return { watermark, slowestPartition: slowest[id] } as NodeGauge
      },
    },
  }
}

it('says how far the watermark of a node is behind', () => {
  const time = scene(['source>window'], { source: 3000, window: 3000 })
  expect(eventTimeOf(time, 'window')).toEqual({ watermark: now - 3000, lagMs: 3000 })
})

it('does not tell the time of arrival at a source', () => {
  const wires = ['source>window']
  expect(eventTimeOf(scene(wires, { source: 1 }), 'source')).toBeDefined()
  expect(eventTimeOf(scene(wires, { source: 1 }, { eventTime: '' }), 'source')).toBeUndefined()
})

it('says nothing where no node listens to time', () => {
  expect(eventTimeOf(scene(['source>filter'], {}), 'filter')).toBeUndefined()
})

it('names the stream that holds a node back, through nodes that have nothing to do with time', () => {
  const wires = ['source1>filter', 'filter>window', 'source2>window']
  const behind = { source1: 60_000, source2: 1000, window: 60_000 }
  expect(heldBackBy(scene(wires, behind), 'window')).toEqual({ node: 'source1' })
})

it('follows the slowest stream to where it gets its time', () => {
  const wires = ['source1>window1', 'source2>window1', 'window1>window2', 'source3>window2']
  const behind = { source1: 1000, source2: 9000, window1: 9000, source3: 2000, window2: 9000 }
  expect(heldBackBy(scene(wires, behind), 'window2')).toEqual({ node: 'source2' })
})

it('stops at a node that gives time of its own', () => {
  const wires = ['source1>stamp', 'stamp>window', 'source2>window']
  const behind = { source1: 90_000, stamp: 5000, source2: 1000, window: 5000 }
  expect(heldBackBy(scene(wires, behind), 'window')).toEqual({ node: 'stamp' })
})

it('names the partition that is behind where time begins', () => {
  const wires = ['source>filter', 'filter>window']
  const behind = { source: 9000, window: 9000 }
  const slowest = { source: 'press-7' }
  expect(heldBackBy(scene(wires, behind, { slowest }), 'window')).toEqual({ partition: 'press-7' })
  expect(heldBackBy(scene(wires, behind, { slowest }), 'source')).toEqual({ partition: 'press-7' })
})

it.each([
  ['there is one stream', ['source1>window'], { source1: 5000, window: 5000 }],
  ['none is behind', ['source1>window', 'source2>window'], { source1: 5, source2: 9, window: 9 }],
  [
    'the slow one is idle',
    ['source1>window', 'source2>window'],
    { source1: 90_000, source2: 1000, window: 1000 },
  ],
] as const)('blames nobody when %s', (_, wires, behind) => {
  expect(heldBackBy(scene(wires, behind), 'window')).toBeUndefined()
})
