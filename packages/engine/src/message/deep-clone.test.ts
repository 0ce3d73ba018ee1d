import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepClone } from './deep-clone.ts'

test('a copy says the same and shares nothing that could be changed', () => {
  fc.assert(
    fc.property(fc.object({ withDate: true, withTypedArray: false, maxDepth: 4 }), (value) => {
      const copied = deepClone(value)
      expect(copied).toEqual(value)
      expect(shared(copied, value)).toBe(false)
    }),
  )
})

test('bytes and dates are copied, what has a class of its own is kept', () => {
  const original = { bytes: new Uint8Array([1, 2]), at: new Date(5), kept: new Map([[1, 2]]) }
  const copied = deepClone(original)
  copied.bytes[0] = 9
  expect([original.bytes[0], copied.at.getTime(), copied.kept]).toEqual([1, 5, original.kept])
})

test('a key named __proto__ stays a key', () => {
  const copied = deepClone(JSON.parse('{"__proto__":{"isAdmin":true}}') as object)
  expect(Object.getPrototypeOf(copied)).toBe(Object.prototype)
  expect(JSON.stringify(copied)).toBe('{"__proto__":{"isAdmin":true}}')
})

test('circles and nesting without end are refused', () => {
  const circle: unknown[] = []
  circle.push(circle)
  expect(() => deepClone(circle)).toThrow('nested deeper')
})

function shared(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object') return false
  if (one === other) return true
  const theirs = new Map(Object.entries(other ?? {}))
  return Object.entries(one).some(([key, value]) => shared(value, theirs.get(key)))
}
