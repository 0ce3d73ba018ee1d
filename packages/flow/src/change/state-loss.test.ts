import { expect, it } from 'vitest'
import { describe } from '@millrace/sdk/descriptor'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { emptyFlow } from '../empty-flow.ts'
import type { FlowNode } from '../flow.ts'
import { stateLosses } from './state-loss.ts'

const about = { version: 1, kind: 'operator', summary: '', category: 'windows', icon: 'x' } as const
const windowType = describe({
  ...about,
  type: 'test/window',
  title: 'Window',
  inputs: [],
  outputs: [],
  stateful: true,
  stateShape: ['type', 'sizeMs', 'gapMs', 'rows.function'],
  fields: {
    type: {
      kind: 'choice',
      label: 'Window',
      default: 'tumbling',
      options: [
        { value: 'tumbling', label: 'Tumbling' },
        { value: 'session', label: 'Session' },
      ],
    },
    sizeMs: {
      kind: 'duration',
      label: 'Length',
      default: 10_000,
      when: { field: 'type', is: ['tumbling'] },
    },
    gapMs: {
      kind: 'duration',
      label: 'Gap',
      default: 5000,
      when: { field: 'type', is: ['session'] },
    },
    rows: {
      kind: 'list',
      label: 'Results',
      itemLabel: 'result',
      item: {
        name: { kind: 'text', label: 'Name' },
        function: {
          kind: 'choice',
          label: 'Function',
          default: 'count',
          options: [
            { value: 'count', label: 'Count' },
            { value: 'sum', label: 'Sum' },
          ],
        },
      },
    },
    text: { kind: 'text', label: 'Text' },
  },
})
const plainType: Descriptor = {
  ...about,
  type: 'test/plain',
  title: 'Plain',
  inputs: [],
  outputs: [],
  fields: {},
}
const nodeTypes = new Map<string, Descriptor>([windowType, plainType].map((one) => [one.type, one]))

const flow = (...nodes: FlowNode[]) => ({ ...emptyFlow('f', 'F'), nodes })
const node = (config: FlowNode['config'] = {}, changes: Partial<FlowNode> = {}): FlowNode => ({
  id: 'w',
  type: 'test/window',
  config,
  ...changes,
})
const lossesOf = (before: FlowNode, after?: FlowNode) =>
  stateLosses(flow(before), after === undefined ? flow() : flow(after), nodeTypes)

it.each([
  ['removed', undefined],
  ['disabled', node({}, { isDisabled: true })],
  ['type', node({}, { type: 'test/plain' })],
])('loses the state of a node that is %s', (because, after) => {
  expect(lossesOf(node(), after)).toEqual([{ node: 'w', because, fields: [] }])
})

it('loses state of another shape, and says by which fields', () => {
  const after = node({ sizeMs: 20_000, rows: [{ id: '1', function: 'sum' }] })
  expect(lossesOf(node({ rows: [{ id: '1' }] }), after)).toEqual([
    { node: 'w', because: 'shape', fields: ['sizeMs', 'rows'] },
  ])
})

it.each([
  ['a field that the shape does not depend on', { text: 'x' }],
  ['a value that is the default', { sizeMs: 10_000 }],
  ['a field that is hidden', { gapMs: 9000 }],
  ['another column of a list', { rows: [{ id: '1', name: 'total', function: 'count' }] }],
])('keeps the state when what changed is %s', (_, change) => {
  const rows = [{ id: '1', name: 'sum' }]
  expect(lossesOf(node({ rows }), node({ rows, ...change }))).toEqual([])
})

it('keeps the state of a node that got another name or place', () => {
  expect(lossesOf(node(), node({}, { name: 'Hourly' }))).toEqual([])
})

it('has nothing to lose where a node keeps nothing, or did not run', () => {
  expect(lossesOf(node({}, { type: 'test/plain' }))).toEqual([])
  expect(lossesOf(node({}, { isDisabled: true }))).toEqual([])
  expect(stateLosses(flow(), flow(node()), nodeTypes)).toEqual([])
})
