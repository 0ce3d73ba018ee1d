import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFlowText } from '../parse/parse-flow.ts'
import { flowArbitrary } from '../testing/flow-arbitrary.ts'
import { canonicalFlow, canonicalText, CanonicalWriter } from './canonical-text.ts'

test('a flow read back from its canonical text is the same flow in canonical order', () => {
  fc.assert(
    fc.property(flowArbitrary, (flow) => {
      const read = parseFlowText(canonicalText(flow))
      expect(read.problems).toBeUndefined()
      expect(read.flow).toEqual(canonicalFlow(flow))
    }),
    { numRuns: 40 },
  )
})

test('the canonical text does not depend on the order in which things were added', () => {
  fc.assert(
    fc.property(flowArbitrary, (flow) => {
      const reversed = {
        ...flow,
        nodes: flow.nodes.toReversed(),
        wires: flow.wires.toReversed(),
        layout: Object.fromEntries(Object.entries(flow.layout).toReversed()),
      }
      expect(canonicalText(reversed)).toBe(canonicalText(flow))
    }),
    { numRuns: 40 },
  )
})

test('writes each field, wire and position on a line of its own, positions last', () => {
  const text = canonicalText({
    millrace: 1,
    name: 'cold-store',
    title: 'Cold store',
    nodes: [
      { id: 'b', type: 'core/filter', config: { condition: 'payload > 3', a: [1, { b: 2 }] } },
      { id: 'a', type: 'mqtt/in', name: 'In', config: {} },
    ],
    wires: [{ from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'in' } }],
    layout: { b: { x: 240, y: 0 }, a: { x: 0, y: 0.5 } },
  })
  expect(text).toBe(`{
  "millrace": 1,
  "name": "cold-store",
  "title": "Cold store",
  "nodes": [
    {
      "id": "a",
      "type": "mqtt/in",
      "name": "In",
      "config": {}
    },
    {
      "id": "b",
      "type": "core/filter",
      "config": {
        "a": [
          1,
          {
            "b": 2
          }
        ],
        "condition": "payload > 3"
      }
    }
  ],
  "wires": [
    { "from": { "node": "a", "port": "out" }, "to": { "node": "b", "port": "in" } }
  ],
  "layout": {
    "a": { "x": 0, "y": 0.5 },
    "b": { "x": 240, "y": 0 }
  }
}
`)
})

test('a writer that knows the nodes already writes the same text', () => {
  fc.assert(
    fc.property(flowArbitrary, (flow) => {
      const writer = new CanonicalWriter()
      expect(writer.write(flow)).toBe(writer.write({ ...flow, title: flow.title }))
      expect(writer.write(flow)).toBe(canonicalText(flow))
    }),
    { numRuns: 40 },
  )
})

test('of a large flow with one change most pieces are the same objects', () => {
  const nodes = Array.from({ length: 1000 }, (_, index) => ({
    id: `n${String(index).padStart(4, '0')}`,
    type: 'test/node',
    config: { text: 'é'.repeat(index % 7) },
  }))
  const flow = { millrace: 1 as const, name: 'f', title: 'F', nodes, wires: [], layout: {} }
  const changed = { ...flow, nodes: nodes.with(500, { ...nodes[500]!, config: { text: 'x' } }) } // oxlint-disable-line no-non-null-assertion -- there are 1,000
  const writer = new CanonicalWriter()
  const before = new Set(writer.pieces(flow))
  const news = writer.pieces(changed).filter((piece) => !before.has(piece))
  expect(news.filter(({ text }) => text.includes('"type"'))).toHaveLength(1)
  expect(writer.write(changed)).toBe(canonicalText(changed))
})
