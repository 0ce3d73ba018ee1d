import type { DeploymentSpec } from '@millrace/engine'
import type { Flow, FlowNode, Wire } from '@millrace/flow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyChange, changeBetween, runningPart } from './spec-change.ts'

const ids = ['a', 'b', 'c', 'd', 'e'] as const
const id = fc.constantFrom(...ids)
const node: fc.Arbitrary<FlowNode> = fc.record({
  id,
  type: fc.constantFrom('t/one', 't/two'),
  config: fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 2 })),
})
const end = (port: string) => fc.record({ node: id, port: fc.constant(port) })
const wire: fc.Arbitrary<Wire> = fc.record({ from: end('out'), to: end('in') })
const key = ({ from, to }: Wire) => `${from.node}>${to.node}`
const spec: fc.Arbitrary<DeploymentSpec> = fc
  .record({
    title: fc.constantFrom('one', 'two'),
    nodes: fc.uniqueArray(node, { selector: (each) => each.id }),
    wires: fc.uniqueArray(wire, { selector: key, maxLength: 6 }),
    secrets: fc.constantFrom({}, { 'flow/f/a': { password: 'x' } }),
  })
  .map(({ title, nodes, wires, secrets }) => specOf({ title, nodes, wires }, secrets))

function specOf(flow: Partial<Flow>, secrets: DeploymentSpec['secrets'] = {}): DeploymentSpec {
  const rest = { millrace: 1, name: 'f', title: '', nodes: [], wires: [], layout: {} } as const
  return { flow: { ...rest, ...flow }, connections: [], secrets }
}

/** Order is no part of what runs. */
function sorted({ flow, ...rest }: DeploymentSpec) {
  return {
    ...rest,
    flow: {
      ...flow,
      nodes: flow.nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
      wires: flow.wires.map(key).toSorted(),
    },
  }
}

describe('a change', () => {
  it('applied to what was gives what is', () => {
    fc.assert(
      fc.property(spec, spec, (before, after) => {
        const change = JSON.parse(JSON.stringify(changeBetween(before, after)))
        expect(sorted(applyChange(before, change))).toEqual(sorted(after))
      }),
    )
  })

  it('is empty where nothing changed, whether or not the objects are the same', () => {
    fc.assert(
      fc.property(spec, (before) => {
        expect(changeBetween(before, before)).toEqual({})
        expect(changeBetween(before, JSON.parse(JSON.stringify(before)))).toEqual({})
      }),
    )
  })

  it('holds one node when one of many changed, and leaves the others the same objects', () => {
    const nodes = Array.from({ length: 100 }, (_, n) => ({
      id: `n${n}`,
      type: 't/one',
      config: {},
    }))
    const before = specOf({ nodes })
    const changed = { id: 'n7', type: 't/one', config: { x: 1 } }
    const after = specOf({ nodes: nodes.with(7, changed) })
    const change = changeBetween(before, after)
    expect(change).toEqual({ setNodes: [changed] })
    const applied = applyChange(before, change)
    expect(applied.flow.nodes[8]).toBe(nodes[8])
    expect(applied.flow.wires).toBe(before.flow.wires)
  })
})

describe('the running part', () => {
  it('has no positions and groups, and the same nodes and wires', () => {
    const drawn = specOf({
      nodes: [{ id: 'a', type: 't/one', config: {} }],
      groups: [{ id: 'g', name: '', nodes: ['a'] }],
      layout: { a: { x: 1, y: 2 } },
      description: 'about',
    })
    const { flow } = runningPart(drawn)
    expect(flow).toEqual({
      millrace: 1,
      name: 'f',
      title: '',
      nodes: drawn.flow.nodes,
      wires: [],
      layout: {},
    })
    expect(flow.nodes).toBe(drawn.flow.nodes)
  })
})
