import type { FlowNode } from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import { expect, test } from 'vitest'
import type { DeploymentSpec } from '../deployment.ts'
import { createDurableNodes } from '../testing/durable-nodes.ts'
import { createTestNodes, specOf } from '../testing/index.ts'
import { makePlan } from './plan.ts'
import { replan } from './replan.ts'

const all = [...createTestNodes().nodeTypes, ...createDurableNodes([])]
// The union erases descriptors; every one has a type.
const typeOf = ({ descriptor }: NodeType): string => (descriptor as { type: string }).type
const nodeTypes = new Map(all.map((type) => [typeOf(type), type]))
const node = (id: string, type: string): FlowNode => ({ id, type: `test/${type}`, config: {} })

const spec = specOf(
  [node('in', 'source'), node('count', 'count'), node('out', 'sink')],
  ['in > count', 'count > out'],
)
const plan = makePlan(spec, nodeTypes)

/** The flow with its second node replaced. */
function withCount(count: FlowNode, more: Partial<DeploymentSpec> = {}): DeploymentSpec {
  return { ...spec, ...more, flow: { ...spec.flow, nodes: spec.flow.nodes.with(1, count) } }
}

test('a changed setting makes one node another, wired as before', () => {
  const changed = withCount({ ...node('count', 'count'), config: { tag: 'x' } })
  const made = replan(plan, changed, nodeTypes)
  expect(made?.since).toMatchObject({ version: plan.version, changed: [{ id: 'count' }] })
  const [before, after] = [plan.byId.get('count'), made?.byId.get('count')]
  expect(after?.document.config).toEqual({ tag: 'x' })
  expect(before?.document.config).toEqual({})
  expect(after?.ports).toBe(before?.ports)
  expect(made?.nodes[0]).toBe(plan.nodes[0])
  expect(made?.nodes.map(({ id }) => id)).toEqual(['in', 'count', 'out'])
})

test.each([
  ['type', withCount(node('count', 'later'))],
  ['id', withCount(node('other', 'count'))],
  ['being disabled', withCount({ ...node('count', 'count'), isDisabled: true })],
  ['connections', withCount(node('count', 'count'), { connections: [] })],
  ['secrets', withCount(node('count', 'count'), { secrets: {} })],
  ['wires', { ...spec, flow: { ...spec.flow, wires: [...spec.flow.wires] } }],
  ['number of nodes', { ...spec, flow: { ...spec.flow, nodes: spec.flow.nodes.slice(1) } }],
])('another %s needs a plan of its own', (_what, changed) => {
  expect(replan(plan, changed, nodeTypes)).toBeUndefined()
})
