import { describe } from '@millrace/sdk/descriptor'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import type { ConnectionDocument, Flow, FlowNode, Wire } from '../flow.ts'
import { secretKey } from './owner.ts'
import { FlowValidator, validateFlow } from './validate-flow.ts'

const common = { version: 1, summary: '', category: 'transform', icon: 'box', title: '' } as const

const source: Descriptor = describe({
  ...common,
  type: 'test/source',
  kind: 'source',
  inputs: [],
  outputs: [{ name: 'out', title: 'Out' }],
  uniqueBy: ['method', 'path'],
  fields: {
    path: { kind: 'text', label: 'Path', required: true, format: 'http-path' },
    method: {
      kind: 'choice',
      label: 'Method',
      default: 'GET',
      options: [
        { value: 'GET', label: 'GET' },
        { value: 'POST', label: 'POST' },
      ],
    },
    broker: { kind: 'connection', label: 'Broker', type: 'test/broker' },
  },
})

const operator: Descriptor = describe({
  ...common,
  type: 'test/operator',
  kind: 'operator',
  inputs: [{ name: 'in', title: 'In' }],
  // oxlint-disable-next-line no-thenable -- the descriptor's word; a list cannot be called
  outputs: { eachRowOf: 'cases', then: [{ name: 'else', title: 'Else' }] },
  fields: {
    condition: { kind: 'expression', label: 'Condition', returns: 'boolean' },
    text: { kind: 'template', label: 'Text' },
    place: { kind: 'path', label: 'Place' },
    code: { kind: 'code', label: 'Code', language: 'json' },
    count: { kind: 'integer', label: 'Count', min: 1, max: 10, unit: 'messages' },
    ratio: { kind: 'number', label: 'Ratio' },
    everyMs: { kind: 'duration', label: 'Every', min: 1_000, max: 3_600_000 },
    isOn: { kind: 'boolean', label: 'On', default: false },
    onlyWhenOn: {
      kind: 'text',
      label: 'Only when on',
      required: true,
      when: { field: 'isOn', is: [true] },
    },
    short: { kind: 'text', label: 'Short', maxLength: 3, pattern: '[a-z]*', patternHint: 'a to z' },
    any: { kind: 'json', label: 'Any' },
    steps: {
      kind: 'list',
      label: 'Steps',
      itemLabel: 'step',
      distinct: 'name',
      item: { name: { kind: 'text', label: 'Name' } },
    },
    cases: {
      kind: 'list',
      label: 'Cases',
      itemLabel: 'case',
      max: 3,
      item: { when: { kind: 'expression', label: 'When', returns: 'boolean', required: true } },
    },
  },
})

const sink: Descriptor = describe({
  ...common,
  type: 'test/sink',
  kind: 'sink',
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [],
  errorPort: false,
  fields: { token: { kind: 'secret', label: 'Token', required: true } },
})

const broker: Descriptor = describe({
  ...common,
  type: 'test/broker',
  kind: 'connection',
  inputs: [],
  outputs: [],
  fields: { host: { kind: 'text', label: 'Host', required: true, format: 'host' } },
})

const database: Descriptor = { ...broker, type: 'test/database', fields: {} }

const nodeTypes = new Map(
  [source, operator, sink, broker, database].map((item) => [item.type, item]),
)
const connections: ReadonlyMap<string, ConnectionDocument> = new Map([
  ['good', { id: 'good', type: 'test/broker', name: 'Good', config: { host: 'localhost' } }],
  ['bad', { id: 'bad', type: 'test/broker', name: 'Bad', config: { host: 'a b' } }],
  ['other', { id: 'other', type: 'test/database', name: 'Other', config: {} }],
])

function wire(from: string, to: string): Wire {
  const [fromNode = '', fromPort = ''] = from.split(':')
  const [toNode = '', toPort = ''] = to.split(':')
  return { from: { node: fromNode, port: fromPort }, to: { node: toNode, port: toPort } }
}

const start: FlowNode = { id: 'start', type: 'test/source', config: { path: '/a' } }

function flowOf(nodes: readonly FlowNode[], wires: readonly Wire[] = []): Flow {
  return { millrace: 1, name: 'f', title: 'F', nodes, wires, layout: {} }
}

function errorsOf(flow: Flow) {
  const problems = validateFlow(flow, { nodeTypes, connections })
  return problems.filter((problem) => problem.severity === 'error')
}

/** The errors of an operator with this configuration. */
function operatorErrors(config: FlowNode['config']) {
  const node = { id: 'middle', type: 'test/operator', config }
  return errorsOf(flowOf([start, node], [wire('start:out', 'middle:in')]))
}

test('finds nothing wrong with a flow that is right', () => {
  const config = {
    condition: 'payload.temperature > 30',
    text: 'It is {{ payload.temperature }}',
    place: 'payload.a',
    code: '{"a": 1}',
    count: 3,
    ratio: -0.5,
    everyMs: 60_000,
    short: 'abc',
    any: { deep: [1, null] },
    cases: [{ when: 'payload > 1', id: 'high' }, { when: 'payload < 1' }],
  }
  const flow = flowOf(
    [
      start,
      { id: 'middle', type: 'test/operator', config },
      { id: 'end', type: 'test/sink', config: {} },
    ],
    [
      wire('start:out', 'middle:in'),
      wire('middle:high', 'end:in'),
      wire('middle:2', 'end:in'),
      wire('middle:else', 'end:in'),
      wire('middle:error', 'end:in'),
    ],
  )
  expect(validateFlow(flow, { nodeTypes, connections })).toEqual([])
})

test.for([
  [{ condition: 'payload.a >' }, 'FIELD_EXPRESSION', 'condition'],
  [{ condition: '1 + 1' }, 'FIELD_EXPRESSION', 'condition'],
  [{ condition: 5 }, 'FIELD_TYPE', 'condition'],
  [{ condition: ' ' }, 'FIELD_EXPRESSION', 'condition'],
  [{ text: 'a {{ }} b' }, 'FIELD_EXPRESSION', 'text'],
  [{ place: 'payload..a' }, 'FIELD_EXPRESSION', 'place'],
  [{ code: '{a}' }, 'FIELD_FORMAT', 'code'],
  [{ count: 0 }, 'FIELD_RANGE', 'count'],
  [{ count: 11 }, 'FIELD_RANGE', 'count'],
  [{ count: 1.5 }, 'FIELD_TYPE', 'count'],
  [{ count: '3' }, 'FIELD_TYPE', 'count'],
  [{ count: '' }, 'FIELD_TYPE', 'count'],
  [{ ratio: null }, 'FIELD_TYPE', 'ratio'],
  [{ everyMs: 10 }, 'FIELD_RANGE', 'everyMs'],
  [{ isOn: 'yes' }, 'FIELD_TYPE', 'isOn'],
  [{ isOn: true }, 'FIELD_MISSING', 'onlyWhenOn'],
  [{ isOn: true, onlyWhenOn: ' ' }, 'FIELD_MISSING', 'onlyWhenOn'],
  [{ short: 'abcd' }, 'FIELD_TOO_LONG', 'short'],
  [{ short: 'ABC' }, 'FIELD_PATTERN', 'short'],
  [{ cases: {} }, 'FIELD_TYPE', 'cases'],
  [{ cases: [{}, {}, {}, {}] }, 'FIELD_RANGE', 'cases'],
  [{ cases: [7] }, 'FIELD_TYPE', 'cases[0]'],
  [{ cases: [{ when: 'true' }, {}] }, 'FIELD_MISSING', 'cases[1].when'],
  [{ steps: [{ name: 'a' }, { name: '' }, { name: 'a' }] }, 'FIELD_REPEATED', 'steps[2].name'],
  [{ cases: [{ when: 'true', id: 'a b' }] }, 'FIELD_FORMAT', 'cases[0].id'],
  [{ cases: [{ when: 'true', id: 'else' }] }, 'PORT_TAKEN', 'cases[0].id'],
  [{ cases: [{ when: 'true', id: '2' }, { when: 'true' }] }, 'PORT_TAKEN', 'cases[1].id'],
] as const)('finds the mistake in %j', ([config, code, field]) => {
  expect(operatorErrors(config)).toEqual([
    expect.objectContaining({ code, field, node: 'middle', severity: 'error' }),
  ])
})

test('points at the place in an expression', () => {
  expect(operatorErrors({ condition: 'payload.a > > 3' })[0]?.span).toEqual({ start: 12, end: 13 })
})

test('says a range in the unit that a person would use', () => {
  expect(operatorErrors({ everyMs: 7_200_000 })[0]?.message).toBe('Must be at most 1 h')
  expect(operatorErrors({ count: 99 })[0]?.message).toBe('Must be at most 10 messages')
})

test('says of which row a name is already', () => {
  expect(operatorErrors({ steps: [{ name: 'a' }, { name: 'a' }] })[0]?.message).toBe(
    '“Name” is that of step 1 already',
  )
})

test('calls what is missing as the form does', () => {
  expect(operatorErrors({ cases: [{}] })[0]?.message).toBe('“When” is missing')
})

test('a field that does not exist is a warning', () => {
  const node = { id: 'end', type: 'test/sink', config: { color: 'red' } }
  const problems = validateFlow(flowOf([start, node], [wire('start:out', 'end:in')]), {
    nodeTypes,
    connections,
  })
  expect(problems).toEqual([
    expect.objectContaining({ code: 'FIELD_UNKNOWN', field: 'color', severity: 'warning' }),
  ])
})

test.for([
  ['nobody', 'CONNECTION_MISSING', { node: 'start', field: 'broker' }],
  ['other', 'CONNECTION_TYPE', { node: 'start', field: 'broker' }],
  ['bad', 'FIELD_FORMAT', { connection: 'bad', field: 'host' }],
] as const)('finds what is wrong with the connection %s', ([id, code, place]) => {
  const node = { ...start, config: { path: '/a', broker: id } }
  expect(errorsOf(flowOf([node]))).toEqual([expect.objectContaining({ code, ...place })])
})

test('accepts a connection that is right', () => {
  expect(errorsOf(flowOf([{ ...start, config: { path: '/a', broker: 'good' } }]))).toEqual([])
})

test('asks for secrets that are not set, and refuses them in the document', () => {
  const end = { id: 'end', type: 'test/sink', config: {} }
  const flow = flowOf([start, end], [wire('start:out', 'end:in')])
  const validate = (secretsSet: ReadonlySet<string>) =>
    validateFlow(flow, { nodeTypes, connections, secretsSet }).map((problem) => problem.code)
  expect(validate(new Set())).toEqual(['SECRET_MISSING'])
  expect(validate(new Set([secretKey('flow/f/end', 'token')]))).toEqual([])
  const leaky = flowOf([start, { ...end, config: { token: 'x' } }], flow.wires)
  expect(errorsOf(leaky)[0]).toMatchObject({ code: 'SECRET_IN_DOCUMENT', field: 'token' })
})

test.for([
  [wire('start:nope', 'end:in'), 'WIRE_TO_NOWHERE', 'start'],
  [wire('start:out', 'end:nope'), 'WIRE_TO_NOWHERE', 'end'],
  [wire('start:out', 'gone:in'), 'WIRE_TO_NOWHERE', 'start'],
  [wire('gone:out', 'end:in'), 'WIRE_TO_NOWHERE', 'end'],
  [wire('start:out', 'start:in'), 'WIRE_INTO_SOURCE', 'start'],
  [wire('end:out', 'end:in'), 'WIRE_TO_NOWHERE', 'end'],
] as const)('names the node of the bad wire %j', ([bad, code, node]) => {
  const end = { id: 'end', type: 'test/sink', config: {} }
  expect(errorsOf(flowOf([start, end], [wire('start:out', 'end:in'), bad]))[0]).toMatchObject({
    code,
    node,
    wire: bad,
  })
})

test('finds a wire that is there twice', () => {
  const end = { id: 'end', type: 'test/sink', config: {} }
  const twice = [wire('start:out', 'end:in'), wire('start:out', 'end:in')]
  expect(errorsOf(flowOf([start, end], twice)).map((problem) => problem.code)).toEqual([
    'WIRE_TWICE',
  ])
})

test('names the nodes of a circle in order', () => {
  const middle = (id: string, name?: string): FlowNode => ({
    id,
    type: 'test/operator',
    config: {},
    ...(name !== undefined && { name }),
  })
  const nodes = [start, middle('a'), middle('b', 'Filter'), middle('c'), middle('d')]
  const wires = [
    wire('start:out', 'a:in'),
    wire('a:else', 'b:in'),
    wire('b:else', 'c:in'),
    wire('c:else', 'b:in'),
    wire('c:else', 'd:in'),
    wire('d:else', 'd:in'),
  ]
  const cycles = errorsOf(flowOf(nodes, wires)).filter((problem) => problem.code === 'CYCLE')
  expect(cycles.map((problem) => problem.message)).toEqual([
    'Wires lead round in a circle: "Filter" → "c" → "Filter"; remove one of them',
    'Wires lead round in a circle: "d" → "d"; remove one of them',
  ])
})

test('a circle of 10,000 nodes is found without exhausting the stack', () => {
  const nodes = Array.from({ length: 10_000 }, (_, index) => ({
    id: `n${index}`,
    type: 'test/operator',
    config: {},
  }))
  const wires = nodes.map((_, index) => wire(`n${index}:else`, `n${(index + 1) % 10_000}:in`))
  expect(errorsOf(flowOf(nodes, wires)).map((problem) => problem.code)).toEqual(['CYCLE'])
})

test('two nodes may not claim the same, unless one is disabled', () => {
  const other = { ...start, id: 'other' }
  const clash = errorsOf(flowOf([start, other]))
  expect(clash).toEqual([
    expect.objectContaining({ code: 'NODE_CLASH', node: 'other', field: 'path' }),
  ])
  expect(errorsOf(flowOf([start, { ...other, isDisabled: true }]))).toEqual([])
  const method = { ...other, config: { path: '/a', method: 'POST' } }
  expect(errorsOf(flowOf([start, method]))).toEqual([])
})

test('an unknown type is one error; its wires are not blamed', () => {
  const strange = { id: 'strange', type: 'acme/strange', config: {} }
  const wires = [wire('start:out', 'strange:in'), wire('strange:out', 'strange:x')]
  const codes = errorsOf(flowOf([start, strange], wires.slice(0, 1))).map((problem) => problem.code)
  expect(codes).toEqual(['TYPE_UNKNOWN'])
})

test('a connection cannot be placed as a node', () => {
  const misplaced = { id: 'x', type: 'test/broker', config: {} }
  expect(errorsOf(flowOf([misplaced]))[0]).toMatchObject({ code: 'TYPE_MISPLACED', node: 'x' })
})

test('the mistakes of a disabled node are warnings', () => {
  const node = { id: 'x', type: 'test/operator', config: { count: 99 }, isDisabled: true }
  const problems = validateFlow(flowOf([node]), { nodeTypes, connections })
  expect(problems.map((problem) => problem.severity)).toEqual(['warning'])
})

test('warns of nodes that nothing reaches or that lead nowhere', () => {
  const end = { id: 'end', type: 'test/operator', config: {} }
  const problems = validateFlow(flowOf([start, end]), { nodeTypes, connections })
  expect(problems.map(({ code, node, severity }) => [code, node, severity])).toEqual([
    ['NODE_UNUSED', 'start', 'warning'],
    ['NODE_UNREACHED', 'end', 'warning'],
  ])
})

test('does not warn of a node that begins by itself', () => {
  const polling = describe({ ...operator, type: 'test/polling', beginsBy: 'count' })
  const types = new Map([...nodeTypes, [polling.type, polling]])
  const codes = (config: FlowNode['config']) =>
    validateFlow(flowOf([{ id: 'p', type: 'test/polling', config }]), {
      nodeTypes: types,
      connections,
    }).map(({ code }) => code)
  expect(codes({ count: 5 })).toEqual([])
  expect(codes({})).toEqual(['NODE_UNREACHED'])
  expect(codes({ count: 0 })).toContain('NODE_UNREACHED')
})

test('a validator sees a changed connection and a changed node', () => {
  const validator = new FlowValidator(nodeTypes)
  const node = { ...start, config: { path: '/a', broker: 'good' } }
  const errors = (flow: Flow, known: typeof connections) =>
    validator.validate(flow, { connections: known }).filter((p) => p.severity === 'error').length
  expect(errors(flowOf([node]), connections)).toBe(0)
  expect(errors(flowOf([node]), new Map())).toBe(1)
  expect(errors(flowOf([{ ...node, config: { path: 'a', broker: 'good' } }]), connections)).toBe(1)
  expect(errors(flowOf([node]), connections)).toBe(0)
})
