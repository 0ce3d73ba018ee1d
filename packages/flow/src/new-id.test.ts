import { expect, test } from 'vitest'
import { flowNameFor, newId } from './new-id.ts'

test('makes another id while one is taken', () => {
  const numbers = [...Array.from({ length: 8 }, () => 0), ...Array.from({ length: 8 }, () => 0.99)]
  const id = newId(() => numbers.shift() ?? 0.5, new Set(['aaaaaaaa']))
  expect(id).toBe('99999999')
})

test.for([
  ['Cold store', [], 'cold-store'],
  ['Cold store', ['cold-store', 'cold-store-2'], 'cold-store-3'],
  ['  Kühlhaus № 7 ', [], 'kuhlhaus-no-7'],
  ['温度', [], 'flow'],
  ['../../etc', [], 'etc'],
  ['x'.repeat(80), [], 'x'.repeat(56)],
] as const)('names a flow titled %j', ([title, taken, name]) => {
  expect(flowNameFor(title, new Set<string>(taken))).toBe(name)
})
