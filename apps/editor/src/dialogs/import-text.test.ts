import { expect, test } from 'vitest'
import { readImport } from './import-text.ts'

const flow = {
  millrace: 1,
  name: 'cold-store',
  title: 'Cold store',
  nodes: [{ id: 'a', type: 'core/debug', config: {} }],
  wires: [],
  layout: {},
}

test('tells flows, with or without a bundle around them', () => {
  expect(readImport(JSON.stringify(flow))).toMatchObject({
    kind: 'bundle',
    bundle: { flows: [{ name: 'cold-store' }], connections: [] },
  })
  const bundle = { millrace: 1, flows: [flow], connections: [] }
  expect(readImport(JSON.stringify(bundle))).toMatchObject({ kind: 'bundle' })
})

test('tells nodes copied from a canvas', () => {
  const { name: _name, title: _title, ...piece } = flow
  expect(readImport(JSON.stringify(piece))).toMatchObject({ kind: 'nodes', count: 1 })
})

test('recognises what Node-RED exports', () => {
  const exported = [
    { id: '1', type: 'tab', label: 'Flow 1' },
    { id: '2', type: 'inject', z: '1', wires: [['3']] },
    { id: '3', type: 'debug', z: '1', wires: [] },
  ]
  expect(readImport(JSON.stringify(exported))).toEqual({
    kind: 'node-red',
    flowCount: 1,
    nodeCount: 2,
  })
})

test.each(['{', '[1, 2]', '{"millrace": 2, "flows": []}', 'hello'])(
  'says what is wrong in %s',
  (text) => {
    const read = readImport(text)
    expect(read.kind).toBe('wrong')
    expect(read.kind === 'wrong' && read.problems.length).toBeGreaterThan(0)
  },
)

test('says nothing about nothing', () => {
  expect(readImport('  \n')).toEqual({ kind: 'nothing' })
})
