import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flow } from '../flow.ts'
import { canonicalText } from '../text/canonical-text.ts'
import { flowArbitrary } from '../testing/flow-arbitrary.ts'
import { positionOf } from '../position-of.ts'
import { applyPatch } from './apply-patch.ts'
import type { FlowPatch } from './apply-patch.ts'
import { diffFlow, isUnchanged, runsAlike } from './diff-flow.ts'

/** The patch that makes one flow another, from their difference. */
function patchBetween(before: Flow, after: Flow): FlowPatch {
  const diff = diffFlow(before, after)
  const changed = new Set([
    ...diff.added.map((node) => node.id),
    ...diff.changed.map((c) => c.node),
  ])
  const placed = Object.entries(after.layout)
  return {
    title: after.title,
    description: after.description ?? '',
    setNodes: after.nodes.filter((node) => changed.has(node.id)),
    removeNodes: diff.removed.map((node) => node.id),
    addWires: diff.wiresAdded,
    removeWires: diff.wiresRemoved,
    setLayout: Object.fromEntries(placed),
    groups: after.groups ?? [],
  }
}

/** Wires once, all nodes placed, no empty details: what a patch can express in full. */
function plain(flow: Flow): Flow {
  const wires = new Map(flow.wires.map((wire) => [JSON.stringify(wire), wire]))
  const place = (id: string) => positionOf(flow.layout, id) ?? { x: 0, y: 0 }
  const { description, groups, ...rest } = flow
  return {
    ...rest,
    ...(description !== undefined && description !== '' && { description }),
    ...(groups !== undefined && groups.length > 0 && { groups }),
    wires: [...wires.values()].filter(({ from, to }) =>
      [from.node, to.node].every((id) => flow.nodes.some((node) => node.id === id)),
    ),
    layout: Object.fromEntries(flow.nodes.map((node) => [node.id, place(node.id)])),
  }
}

test('patching with the difference between two flows gives the second one', () => {
  fc.assert(
    fc.property(flowArbitrary, flowArbitrary, (one, other) => {
      const [before, after] = [plain(one), plain({ ...other, name: one.name })]
      const patched = applyPatch(before, JSON.parse(JSON.stringify(patchBetween(before, after))))
      expect(patched.problems).toBeUndefined()
      expect(patched.flow && canonicalText(patched.flow)).toBe(canonicalText(after))
      expect(patched.flow && isUnchanged(diffFlow(patched.flow, after))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('a flow does not differ from itself or its copy', () => {
  fc.assert(
    fc.property(flowArbitrary, (flow) => {
      expect(isUnchanged(diffFlow(flow, flow))).toBe(true)
      expect(isUnchanged(diffFlow(flow, structuredClone(flow)))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

const flow: Flow = {
  millrace: 1,
  name: 'a',
  title: 'A',
  nodes: [
    { id: 'one', type: 'mqtt/in', config: { topic: 'a', qos: 1 } },
    { id: 'two', type: 'core/debug', config: {} },
  ],
  wires: [{ from: { node: 'one', port: 'out' }, to: { node: 'two', port: 'in' } }],
  groups: [{ id: 'g', name: 'G', nodes: ['one', 'two'] }],
  layout: { one: { x: 0, y: 0 }, two: { x: 9, y: 0 } },
}

test('names the fields that changed, with what they were', () => {
  const after: Flow = {
    ...flow,
    nodes: [
      { id: 'one', type: 'mqtt/in', name: 'In', config: { topic: 'b', qos: 1 } },
      { id: 'two', type: 'core/debug', config: {} },
    ],
  }
  expect(diffFlow(flow, after).changed).toEqual([
    {
      node: 'one',
      fields: [
        { field: 'name', before: undefined, after: 'In' },
        { field: 'config.topic', before: 'a', after: 'b' },
      ],
    },
  ])
})

test('moving a node changes nothing that runs', () => {
  const diff = diffFlow(flow, { ...flow, layout: { ...flow.layout, one: { x: 5, y: 5 } } })
  expect(diff.moved).toEqual(['one'])
  expect(runsAlike(diff)).toBe(true)
})

test('removing a node removes its wires, position and place in groups', () => {
  const { flow: patched } = applyPatch(flow, { removeNodes: ['two'] })
  expect(patched).toEqual({
    ...flow,
    nodes: [flow.nodes[0]],
    wires: [],
    groups: [{ id: 'g', name: 'G', nodes: ['one'] }],
    layout: { one: { x: 0, y: 0 } },
  })
})

test('what a patch does not name stays the same object', () => {
  const { flow: patched } = applyPatch(flow, {
    setNodes: [{ id: 'one', type: 'mqtt/in', config: { topic: 'c' } }],
  })
  expect(patched?.nodes[1]).toBe(flow.nodes[1])
  expect(patched?.wires).toBe(flow.wires)
  expect(patched?.layout).toBe(flow.layout)
})

test.for([
  [{ setNodes: [{ id: 'x', type: 'core/debug' }] }, 'setNodes[0].config must be an object'],
  [{ removeNodes: 'two' }, 'removeNodes must be a list'],
  [{ addWires: [{ from: 'one', to: 'two' }] }, 'addWires[0].from must be an object'],
  [{ setLayout: { one: { x: 'left', y: 0 } } }, 'setLayout.one needs x and y'],
  [{ title: 7 }, 'title must be a text'],
  [{ nodes: [] }, 'nodes is not known here'],
  [[], 'must be an object, not a list'],
] as const)('refuses the patch %j', ([patch, message]) => {
  expect(applyPatch(flow, patch).problems?.[0]?.message).toContain(message)
})

test('a node may be called as something that every object has', () => {
  const after = { ...flow, nodes: [{ id: 'toString', type: 'core/debug', config: {} }], wires: [] }
  expect(diffFlow(after, after).moved).toEqual([])
  expect(canonicalText({ ...after, layout: { toString: { x: 1, y: 2 } } })).toContain('"x": 1')
})
