import { describe } from '@millrace/sdk/descriptor'
import type { Descriptor } from '@millrace/sdk/descriptor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyPatch, patchKeys } from './change/apply-patch.ts'
import type { Flow } from './flow.ts'
import { emptyFlow } from './empty-flow.ts'
import { parseBundle, parseConnection } from './parse/parse-bundle.ts'
import { parseFlow, parseFlowText } from './parse/parse-flow.ts'
import { canonicalText } from './text/canonical-text.ts'
import { flowArbitrary } from './testing/flow-arbitrary.ts'
import { validateFlow } from './validate/validate-flow.ts'

const common = { version: 1, title: '', summary: '', icon: 'x', category: 'transform' } as const

/** A node type with a field of every kind. */
const everything: Descriptor = describe({
  ...common,
  type: 'test/everything',
  kind: 'operator',
  inputs: [{ name: 'in', title: '' }],
  outputs: { eachRowOf: 'list' },
  uniqueBy: ['text', 'json'],
  fields: {
    text: { kind: 'text', label: '', pattern: '[a-z]+', maxLength: 5 },
    filter: { kind: 'text', label: '', format: 'mqtt-filter' },
    url: { kind: 'text', label: '', format: 'url' },
    path: { kind: 'text', label: '', format: 'http-path' },
    host: { kind: 'text', label: '', format: 'host' },
    cron: { kind: 'text', label: '', format: 'cron' },
    number: { kind: 'number', label: '', min: 0 },
    integer: { kind: 'integer', label: '', max: 9, when: { field: 'boolean', is: [true] } },
    boolean: { kind: 'boolean', label: '', default: false },
    choice: { kind: 'choice', label: '', default: 'a', options: [{ value: 'a', label: '' }] },
    duration: { kind: 'duration', label: '', required: true },
    expression: { kind: 'expression', label: '', returns: 'boolean' },
    template: { kind: 'template', label: '' },
    place: { kind: 'path', label: '' },
    code: { kind: 'code', label: '', language: 'json' },
    json: { kind: 'json', label: '' },
    secret: { kind: 'secret', label: '', required: true },
    connection: { kind: 'connection', label: '', type: 'test/other' },
    list: {
      kind: 'list',
      label: '',
      itemLabel: '',
      item: { value: { kind: 'number', label: '' } },
    },
  },
})

const nodeTypes = new Map([[everything.type, everything]])

const words = [
  'id',
  'type',
  'config',
  'node',
  'port',
  'from',
  'to',
  'x',
  'y',
  '__proto__',
  'constructor',
]
const flowWords = [
  'millrace',
  'name',
  'title',
  'nodes',
  'wires',
  'groups',
  'layout',
  'flows',
  'connections',
]

/** Anything, with a liking for the words of a flow. */
const nearlyFlow = fc.oneof(
  fc.anything({ withNullPrototype: true, withDate: true, withMap: true, maxDepth: 4 }),
  fc.object({ key: fc.constantFrom(...words, ...flowWords), maxDepth: 5 }),
  fc.record({
    millrace: fc.constant(1),
    name: fc.constantFrom('a', '../a', ''),
    title: fc.anything(),
    nodes: fc.array(fc.object({ key: fc.constantFrom(...words) }), { maxLength: 3 }),
    wires: fc.anything(),
    layout: fc.anything(),
  }),
)

const many = { numRuns: 500 }

test('whatever is read as a flow, a bundle, a connection or a patch is taken or refused', () => {
  const flow = emptyFlow('a', 'A')
  fc.assert(
    fc.property(nearlyFlow, (value) => {
      const patch = Object.fromEntries(patchKeys.map((key) => [key, value]))
      const patched = applyPatch(flow, patch)
      for (const read of [parseFlow(value), parseBundle(value), parseConnection(value), patched]) {
        expect(read.problems === undefined || read.problems.length > 0).toBe(true)
      }
      expect('polluted' in {}).toBe(false)
    }),
    many,
  )
})

test('whatever text is read as a flow is taken or refused', () => {
  const cut = fc
    .tuple(flowArbitrary.map(canonicalText), fc.nat(), fc.string({ maxLength: 3 }))
    .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice(at % text.length))
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), cut), (text) => {
      const { flow, problems } = parseFlowText(text)
      expect(flow !== undefined || problems.length > 0).toBe(true)
    }),
    many,
  )
})

test('whatever a configuration holds, it is checked', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string(),
    fc.constantFrom('+', '{{', 'a[', '::', '* * * * *'),
  )
  const config = fc.dictionary(fc.constantFrom(...Object.keys(everything.fields), 'strange'), value)
  fc.assert(
    fc.property(fc.array(config, { maxLength: 3 }), (configs) => {
      const nodes = configs.map((item, index) => ({
        id: `n${index}`,
        type: everything.type,
        config: item,
      }))
      const flow: Flow = { ...emptyFlow('a', 'A'), nodes }
      const options = { nodeTypes, connections: new Map(), secretsSet: new Set<string>() }
      for (const problem of validateFlow(flow, options)) {
        expect(problem.message).not.toBe('')
        expect(problem.node).toMatch(/^n\d$/)
      }
    }),
    many,
  )
})
