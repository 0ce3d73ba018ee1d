import { operator } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { openDeployment } from '../open-deployment.ts'
import { createManualHost, createTestNodes, specOf, testNode } from '../testing/index.ts'

const pressing = operator(
  descriptor({
    type: 'test/pressing',
    version: 1,
    title: 'Test',
    summary: 'For this test.',
    category: 'transform',
    icon: 'circle',
    kind: 'operator',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: {},
  }),
  ({ pressure, emit }) => ({
    onMessage: emit.out,
    onAction: (name) => pressure(name === 'press'),
  }),
)

test('the bottleneck is the node that presses while none after it does', async () => {
  const host = createManualHost({ nodeTypes: [pressing, ...createTestNodes().nodeTypes] })
  const nodes = ['a', 'b', 'c', 'd'].map((id) => testNode(id, 'pressing'))
  // Two branches after a: b and then c, and d.
  const spec = specOf([testNode('in', 'source'), ...nodes], ['in > a', 'a > b', 'b > c', 'a > d'])
  const deployment = openDeployment(spec, host)
  await deployment.start()
  const bottlenecks = (): string[] =>
    deployment.counters().nodes.flatMap(({ node, isBottleneck }) => (isBottleneck ? [node] : []))
  expect(bottlenecks()).toEqual([])
  for (const id of ['a', 'b']) deployment.action(id, 'press')
  expect(bottlenecks()).toEqual(['b'])
  for (const id of ['c', 'd']) deployment.action(id, 'press')
  expect(bottlenecks().toSorted()).toEqual(['c', 'd'])
  deployment.action('c', 'ease')
  deployment.action('d', 'ease')
  expect(bottlenecks()).toEqual(['b'])
})
