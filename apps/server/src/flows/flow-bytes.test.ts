import { canonicalText } from '@millrace/flow'
import type { Flow } from '@millrace/flow'
import { expect, test } from 'vitest'
import { FlowBytes } from './flow-bytes.ts'

const node = (index: number, text: string) => ({
  id: `n${String(index).padStart(4, '0')}`,
  type: 'test/node',
  config: { text },
})

test('writes a flow as its canonical text in UTF-8, also after changes', () => {
  const bytes = new FlowBytes()
  const nodes = Array.from({ length: 500 }, (_, index) => node(index, '𝄞é'.repeat(index % 5)))
  let flow: Flow = { millrace: 1, name: 'f', title: 'Wärme', nodes, wires: [], layout: {} }
  for (const index of [0, 127, 128, 499]) {
    flow = bytes.inOrder({ ...flow, nodes: flow.nodes.with(index, node(index, '—')) })
    expect(Buffer.from(bytes.write(flow)).toString()).toBe(canonicalText(flow))
  }
})
