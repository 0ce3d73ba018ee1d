import fc from 'fast-check'
import type { Flow, FlowNode } from '../flow.ts'
import { isForbiddenKey } from '../parse/unsafe-json.ts'

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/).filter((text) => !isForbiddenKey(text))
const text = fc.string({ maxLength: 20, unit: 'grapheme' })

const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !/"(__proto__|constructor|prototype)"/.test(JSON.stringify(value)))

/** JSON as it comes from a parser: fast-check makes −0, which JSON has no way to write. */
const config = fc
  .dictionary(id, json, { maxKeys: 4 })
  .map((values): Record<string, unknown> => JSON.parse(JSON.stringify(values)))

const node: fc.Arbitrary<FlowNode> = fc
  .record({ id, type: fc.constantFrom('core/filter', 'mqtt/in', 'core/debug'), name: text, config })
  .chain((full) =>
    fc.constantFrom<FlowNode>(
      full,
      { ...full, isDisabled: true },
      { ...full, onError: { retries: 3, policy: 'dead-letter' } },
      withoutName(full),
    ),
  )

function withoutName({ name: _name, ...rest }: FlowNode): FlowNode {
  return rest
}

const coordinate = fc.integer({ min: -5_000, max: 5_000 }).map((value) => value + 0)

/** Flows that can be parsed; whether they mean something is another question. */
export const flowArbitrary: fc.Arbitrary<Flow> = fc
  .uniqueArray(node, { selector: (item) => item.id, maxLength: 8 })
  .chain((nodes) => {
    const ids = nodes.map((item) => item.id)
    const anyId = ids.length === 0 ? id : fc.constantFrom(...ids)
    const port = fc.record({ node: anyId, port: fc.constantFrom('in', 'out', 'error') })
    return fc.record({
      millrace: fc.constant(1 as const),
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/),
      title: text,
      description: text,
      nodes: fc.constant(nodes),
      wires: fc.array(fc.record({ from: port, to: port }), { maxLength: 8 }),
      groups: fc.array(fc.record({ id, name: text, nodes: fc.subarray(ids) }), { maxLength: 2 }),
      layout: fc
        .tuple(fc.subarray(ids), coordinate, coordinate)
        .map(([placed, x, y]) => Object.fromEntries(placed.map((item) => [item, { x, y }]))),
    })
  })
