import { describe as describeNode } from '@millrace/sdk/descriptor'
import type { Descriptor } from '@millrace/sdk/descriptor'
import type { Flow } from '@millrace/flow'
import { describe, expect, it } from 'vitest'
import { drawFlow } from './draw-flow.ts'
import { examples } from './examples.ts'

const into = [{ name: 'in', title: 'In' }]
const out = [{ name: 'out', title: 'Out' }]
const shared = { version: 1, summary: '', icon: 'box', fields: {} } as const

const types: readonly Descriptor[] = [
  {
    ...shared,
    type: 'test/a',
    kind: 'source',
    title: 'A',
    category: 'sources',
    inputs: [],
    outputs: out,
  },
  {
    ...shared,
    type: 'test/b',
    kind: 'sink',
    title: 'B',
    category: 'sinks',
    inputs: into,
    outputs: [],
  },
  {
    ...shared,
    type: 'test/note',
    kind: 'note',
    title: 'N',
    category: 'notes',
    inputs: [],
    outputs: [],
  },
].map((descriptor) => describeNode(descriptor as Descriptor))

const catalog = {
  isLoaded: true,
  descriptors: new Map(types.map((descriptor) => [descriptor.type, descriptor])),
}

const flow: Flow = {
  millrace: 1,
  name: 'f',
  title: 'F',
  nodes: [
    { id: 'a', type: 'test/a', config: {} },
    { id: 'b', type: 'test/b', config: {} },
    { id: 'n', type: 'test/note', config: {} },
    { id: 'x', type: 'test/unknown', config: {} },
  ],
  wires: [
    { from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'in' } },
    { from: { node: 'a', port: 'out' }, to: { node: 'gone', port: 'in' } },
  ],
  layout: { a: { x: 0, y: 0 }, b: { x: 300, y: 80 }, n: { x: 0, y: 900 }, x: { x: 300, y: 0 } },
}

describe('the picture of a flow', () => {
  const drawing = drawFlow(flow, catalog)

  it('has its cards where they lie, without the notes', () => {
    expect(drawing.cards.map(({ id, x, y, category }) => [id, x, y, category])).toEqual([
      ['a', 0, 0, 'sources'],
      ['b', 300, 80, 'sinks'],
      ['x', 300, 0, 'connections'],
    ])
    expect(drawing.area).toEqual({ x: 0, y: 0, width: 500, height: 136 })
  })

  it('has the wires between cards that are there', () => {
    expect(drawing.wires).toHaveLength(1)
    expect(drawing.wires[0]?.path).toMatch(/^M200,28C/)
    expect(drawing.wires[0]?.path).toMatch(/ 300,108$/)
  })

  it('is one of a flow without nodes, too', () => {
    expect(drawFlow({ ...flow, nodes: [], wires: [] }, catalog).cards).toEqual([])
  })
})

describe('the examples', () => {
  it('each have a title, a sentence and a place for every node', () => {
    expect(examples).toHaveLength(6)
    for (const { title, description, nodes, layout } of examples) {
      expect(title).not.toBe('')
      expect(description).toMatch(/^[A-Z].*\.$/)
      expect(Object.keys(layout).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted())
    }
  })

  it('need nothing from outside', () => {
    for (const { nodes } of examples) {
      const packages = new Set(nodes.map(({ type }) => type.split('/')[0]))
      for (const name of packages) {
        expect(['core', 'detect', 'join', 'shape', 'simulator', 'window']).toContain(name)
      }
    }
  })
})
