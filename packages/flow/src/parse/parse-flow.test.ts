import { expect, test } from 'vitest'
import { limits } from '../limits.ts'
import { parseBundle, parseConnection } from './parse-bundle.ts'
import { Findings } from './findings.ts'
import { migrateFlow } from './migrate-flow.ts'
import { parseFlow, parseFlowText } from './parse-flow.ts'

const flow = {
  millrace: 1,
  name: 'a',
  title: 'A',
  nodes: [
    { id: 'one', type: 'mqtt/in', config: { topic: 'a' } },
    { id: 'two', type: 'core/debug', config: {} },
  ],
  wires: [{ from: { node: 'one', port: 'out' }, to: { node: 'two', port: 'in' } }],
  layout: { one: { x: 0, y: 0 } },
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)]
}

test('reads a flow as it stands', () => {
  expect(parseFlow(flow)).toEqual({ flow })
})

test('leaves out positions and members of groups that are no nodes of the flow', () => {
  const groups = [{ id: 'g', name: 'G', nodes: ['one', 'gone'] }]
  const read = parseFlow({ ...flow, groups, layout: { one: { x: 1, y: 2 }, gone: { x: 0, y: 0 } } })
  expect(read.flow?.groups?.[0]?.nodes).toEqual(['one'])
  expect(read.flow?.layout).toEqual({ one: { x: 1, y: 2 } })
})

const node = { id: 'one', type: 'core/debug', config: {} }

test.for([
  [null, 'SHAPE_OBJECT', ''],
  [[], 'SHAPE_OBJECT', ''],
  ['flow', 'SHAPE_OBJECT', ''],
  [{ ...flow, millrace: 2 }, 'FLOW_NEWER', 'millrace'],
  [{ ...flow, millrace: '1' }, 'FLOW_FORMAT', 'millrace'],
  [{ ...flow, name: 'A b' }, 'SHAPE_NAME', 'name'],
  [{ ...flow, name: '../../etc/passwd' }, 'SHAPE_NAME', 'name'],
  [{ ...flow, name: 'a'.repeat(65) }, 'SHAPE_TOO_LONG', 'name'],
  [{ ...flow, title: 'x'.repeat(201) }, 'SHAPE_TOO_LONG', 'title'],
  [{ ...flow, nodes: {} }, 'SHAPE_LIST', 'nodes'],
  [{ ...flow, nodes: undefined }, 'SHAPE_LIST', 'nodes'],
  [{ ...flow, extra: 1 }, 'SHAPE_KEY', 'extra'],
  [{ ...flow, nodes: [null] }, 'SHAPE_OBJECT', 'nodes[0]'],
  [{ ...flow, nodes: [node, node] }, 'NODE_ID_TAKEN', 'nodes[1].id'],
  [{ ...flow, nodes: [{ ...node, id: '__proto__' }] }, 'KEY_FORBIDDEN', 'nodes[0].id'],
  [{ ...flow, nodes: [{ ...node, id: 'a/b' }] }, 'SHAPE_NAME', 'nodes[0].id'],
  [{ ...flow, nodes: [{ ...node, type: 'debug' }] }, 'SHAPE_NAME', 'nodes[0].type'],
  [{ ...flow, nodes: [{ ...node, isDisabled: 1 }] }, 'SHAPE_BOOLEAN', 'nodes[0].isDisabled'],
  [{ ...flow, nodes: [{ ...node, config: [] }] }, 'SHAPE_OBJECT', 'nodes[0].config'],
  [
    { ...flow, nodes: [{ ...node, config: { a: nested(40) } }] },
    'TOO_DEEP',
    `nodes[0].config.a${'[0]'.repeat(31)}`,
  ],
  [
    { ...flow, nodes: [{ ...node, config: { a: { constructor: 1 } } }] },
    'KEY_FORBIDDEN',
    'nodes[0].config.a.constructor',
  ],
  [{ ...flow, nodes: [{ ...node, config: { a: Number.NaN } }] }, 'NOT_JSON', 'nodes[0].config.a'],
  [{ ...flow, nodes: [{ ...node, config: { a: () => 1 } }] }, 'NOT_JSON', 'nodes[0].config.a'],
  [
    { ...flow, wires: [{ from: { node: 'one', port: '' }, to: { node: 'two', port: 'in' } }] },
    'SHAPE_NAME',
    'wires[0].from.port',
  ],
  [{ ...flow, wires: [{ from: { node: 'one', port: 'out' } }] }, 'SHAPE_OBJECT', 'wires[0].to'],
  [{ ...flow, layout: { one: { x: 1e9, y: 0 } } }, 'SHAPE_POSITION', 'layout.one'],
  [{ ...flow, layout: { one: null } }, 'SHAPE_OBJECT', 'layout.one'],
  [{ ...flow, groups: [{ id: 'g', name: 1, nodes: [] }] }, 'SHAPE_TEXT', 'groups[0].name'],
] as const)('refuses case %# by code and path', ([document, code, path]) => {
  const { problems = [] } = parseFlow(document)
  expect(problems[0]).toMatchObject({
    code,
    path,
  })
  expect(problems[0]?.severity).toBe('error')
})

test('names the node that a problem is about', () => {
  const { problems } = parseFlow({ ...flow, nodes: [{ ...node, config: { a: nested(40) } }] })
  expect(problems?.[0]?.node).toBe('one')
})

test.for(['__proto__', 'constructor', 'prototype'])(
  'refuses the key %s wherever it stands',
  (key) => {
    const places = [
      `{"millrace":1,"${key}":{"x":1}}`,
      `{"millrace":1,"name":"a","title":"A","nodes":[],"wires":[],"layout":{"${key}":{"x":1,"y":1}}}`,
      `{"millrace":1,"name":"a","title":"A","nodes":[{"id":"n","type":"a/b","config":{"${key}":1}}],"wires":[],"layout":{}}`,
      `{"millrace":1,"name":"a","title":"A","nodes":[{"id":"n","type":"a/b","config":{"l":[{"${key}":1}]}}],"wires":[],"layout":{}}`,
    ]
    for (const text of places) {
      const { problems = [] } = parseFlowText(text)
      expect(problems.some((problem) => problem.path?.includes(key))).toBe(true)
    }
    expect('x' in {}).toBe(false)
  },
)

test('counts nodes and wires against their limits', () => {
  const nodes = Array.from({ length: limits.nodes + 1 }, (_, index) => ({
    ...node,
    id: `n${index}`,
  }))
  expect(parseFlow({ ...flow, nodes }).problems?.[0]).toMatchObject({
    code: 'SHAPE_TOO_MANY',
    path: 'nodes',
  })
  const wires = Array.from({ length: limits.wires + 1 }, () => flow.wires)
  expect(parseFlow({ ...flow, wires }).problems?.[0]).toMatchObject({
    code: 'SHAPE_TOO_MANY',
    path: 'wires',
  })
})

test('reports a bounded number of problems', () => {
  const nodes = Array.from({ length: 5_000 }, () => 1)
  expect(parseFlow({ ...flow, nodes }).problems).toHaveLength(limits.problems)
})

test.for([
  ['{"a": 1,}', 'expected a key in double quotes but found "}" at line 1, column 9'],
  ['{\n  "a": abc\n}', 'expected a value but found "a" at line 2, column 8'],
  ['{"a": 1', 'expected "," or "}" but the file ends at line 1, column 8'],
  ['[1 2]', 'expected "," or "]" but found "2" at line 1, column 4'],
  ['', 'expected a value but the file ends at line 1, column 1'],
  ['{} x', 'expected the end of the file but found "x" at line 1, column 4'],
  ['{"a\nb": 1}', 'a text that is not closed in its line at line 1, column 2'],
  ['["\\x"]', 'expected an escape such as "\\n" but found "\\\\" at line 1, column 3'],
  ['{a: 1}', 'expected a key in double quotes or "}" but found "a" at line 1, column 2'],
  ['{"a" 1}', 'expected ":" but found "1" at line 1, column 6'],
] as const)('points at the mistake in %j', ([text, message]) => {
  const { problems } = parseFlowText(text)
  expect(problems?.[0]).toMatchObject({
    code: 'JSON_SYNTAX',
    message: `Not valid JSON: ${message}`,
  })
})

test('a file of a million brackets is refused and nothing breaks', () => {
  expect(parseFlowText('['.repeat(1_000_000)).problems?.[0]?.code).toBe('JSON_SYNTAX')
  const closed = `{"millrace":1,"nodes":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  expect(parseFlowText(closed).problems?.length).toBeGreaterThan(0)
})

test('refuses a document that is too large before parsing it', () => {
  const text = ' '.repeat(limits.documentCharacters + 1)
  expect(parseFlowText(text).problems?.[0]?.code).toBe('DOCUMENT_TOO_LARGE')
})

test('reads a bundle, and a single flow as a bundle of one', () => {
  const connection = { id: 'c', type: 'mqtt/connection', name: 'C', config: {} }
  const bundle = { millrace: 1, flows: [flow], connections: [connection] }
  expect(parseBundle(bundle)).toEqual({ bundle })
  expect(parseBundle(flow)).toEqual({ bundle: { millrace: 1, flows: [flow], connections: [] } })
})

test('names the flow in a bundle that is wrong', () => {
  const bundle = { millrace: 1, flows: [flow, { ...flow, title: 1 }], connections: [] }
  expect(parseBundle(bundle).problems?.map((problem) => problem.path)).toEqual([
    'flows[1].title',
    'flows[1]',
  ])
})

test('refuses a connection with a hostile id', () => {
  for (const id of ['../x', '__proto__', '', 'a b', 'x'.repeat(65), 7, null]) {
    const { problems } = parseConnection({ id, type: 'mqtt/connection', name: 'C', config: {} })
    expect(problems?.[0]?.path).toBe('id')
  }
})

test('raises an old document step by step', () => {
  const steps = [
    (old: Readonly<Record<string, unknown>>) => ({ ...old, millrace: 2, one: true }),
    (old: Readonly<Record<string, unknown>>) => ({ ...old, millrace: 3, two: true }),
  ]
  const raised = migrateFlow({ millrace: 1, a: 1 }, '', new Findings(), steps)
  expect(raised).toEqual({ millrace: 3, a: 1, one: true, two: true })
})
