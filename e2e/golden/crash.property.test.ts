import type { Flow, FlowNode } from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { installedTypes } from '../installed-types.ts'
import { differences } from './runner/compare.ts'
import type { InputLine, OutputLine } from './runner/read-golden.ts'
import { runGolden } from './runner/run-golden.ts'

let installed: ReadonlyMap<string, NodeType> = new Map()

beforeAll(async () => {
  installed = await installedTypes(['mqtt/in', 'core/filter', 'core/debug', 'window/aggregate'])
})

type Config = Readonly<Record<string, unknown>>

const byTime: readonly Config[] = [
  { type: 'tumbling', sizeMs: 10 },
  { type: 'hopping', sizeMs: 10, slideMs: 4 },
  { type: 'session', gapMs: 6 },
  { type: 'tumbling', sizeMs: 10, latenessMs: 8 },
]
const byMessages: readonly Config[] = [
  { type: 'count', messages: 3 },
  { type: 'last', over: 'messages', lastMessages: 3 },
]

/**
 * A second window takes the results of the first: one by time, as the groups of a window that ends
 * come in an order that nobody promises.
 */
const flows = fc
  .tuple(
    fc.constantFrom(...byTime, ...byMessages),
    fc.constantFrom(...byTime),
    fc.constantFrom(0, 5),
    fc.constantFrom('', 'payload.key'),
  )
  .map(([first, second, lateByMs, groupBy]): Flow => {
    const aggregates = [
      { id: 'n', function: 'count', name: 'count' },
      { id: 's', function: 'sum', value: 'payload.value', name: 'value' },
    ]
    const nodes: FlowNode[] = [
      node('in', 'mqtt/in', { topic: 'a', eventTime: 'payload.at', lateByMs }),
      node('usable', 'core/filter', { condition: 'payload.value > 0' }),
      node('first', 'window/aggregate', { ...first, groupBy, aggregates }),
      node('second', 'window/aggregate', { ...second, aggregates }),
      ...['results', 'totals', 'late', 'unusable'].map((id) => node(id, 'core/debug', {})),
    ]
    const wires = [
      'in:out usable:in',
      'usable:out first:in',
      'first:out second:in',
      'first:out results:in',
      'second:out totals:in',
      'first:late late:in',
      'usable:rejected unusable:in',
    ]
    return {
      millrace: 1,
      name: 'crash',
      title: 'Crash',
      nodes,
      wires: wires.map(wireOf),
      layout: {},
    }
  })

const input = fc.array(
  fc.record({
    at: fc.nat(60),
    key: fc.constantFrom('a', 'b'),
    value: fc.integer({ min: -2, max: 5 }),
    waits: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
)

test('windows give exactly the same results wherever the flow is killed', async () => {
  await fc.assert(
    fc.asyncProperty(flows, input, fc.nat(), async (flow, drawn, killSeed) => {
      const lines = drawn.flatMap(({ waits, ...payload }): InputLine[] => [
        { node: 'in', message: { payload } },
        ...(waits ? [{ advance: 30 }] : []),
      ])
      const golden = { name: '', folder: '', flow, input: [...lines, end], expected: [] }
      const plain = await runGolden(golden, installed, { batchSize: 1, crashes: false })
      const killed = await runGolden(golden, installed, { batchSize: 1, crashes: true, killSeed })
      expect(differences(sorted(killed.output), sorted(plain.output)).join('\n')).toBe('')
      expect(killed.unsettled).toBe(0)
    }),
    { numRuns: 100 },
  )
})

function sorted(lines: readonly OutputLine[]): readonly OutputLine[] {
  return lines.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

const end: InputLine = { end: true }

function node(id: string, type: string, config: FlowNode['config']): FlowNode {
  return { id, type, config }
}

function wireOf(text: string) {
  const [from = '', to = ''] = text.split(' ')
  const end = (place: string) => {
    const [node = '', port = ''] = place.split(':')
    return { node, port }
  }
  return { from: end(from), to: end(to) }
}
