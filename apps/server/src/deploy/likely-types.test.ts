import { emptyFlow } from '@millrace/flow'
import { expect, test } from 'vitest'
import { testNodeTypes } from '../testing/node-types.ts'
import { likelyTypes } from './likely-types.ts'

const source = [...testNodeTypes.values()][0]

test('a flow that is just begun will probably have the usual types that are installed', () => {
  if (source === undefined) throw new Error('There is no type to test with.')
  const installed = new Map([...testNodeTypes, ['mqtt/in', { ...source, type: 'mqtt/in' }]])
  expect(likelyTypes(emptyFlow('a', 'A'), installed)).toEqual(['mqtt/in'])
})

test('a flow that was drawn will have its own, each once, if they are installed', () => {
  const nodes = ['test/source', 'test/source', 'gone/away', '__proto__'].map((type, index) => ({
    id: `n${index}`,
    type,
    config: {},
  }))
  expect(likelyTypes({ ...emptyFlow('a', 'A'), nodes }, testNodeTypes)).toEqual(['test/source'])
})
