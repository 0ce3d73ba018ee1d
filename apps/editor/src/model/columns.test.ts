import { expect, test } from 'vitest'
import { placesOf } from './columns.ts'

const node = (id: string) => ({ id, type: 'test/filter', config: {} })
const wire = (from: string, to: string) => ({
  from: { node: from, port: 'out' },
  to: { node: to, port: 'in' },
})
const nodes = ['a', 'b', 'c', 'd'].map(node)

test('puts nodes without a place in columns along the wires', () => {
  const places = placesOf({ nodes, wires: [wire('b', 'c'), wire('a', 'b')], layout: {} })
  expect(Object.keys(places).toSorted()).toEqual(['a', 'b', 'c', 'd'])
  expect(places['a']).toEqual({ x: 0, y: 0 })
  expect(places['b']?.x).toBeGreaterThan(200)
  expect(places['c']?.x).toBe((places['b']?.x ?? 0) * 2)
  expect(places['d']).toMatchObject({ x: 0, y: 112 })
})

test('leaves the others where they are, and goes below them', () => {
  const layout = { a: { x: 80, y: 0 }, b: { x: 400, y: 96 } }
  const places = placesOf({ nodes, wires: [wire('a', 'b')], layout })
  expect(places).toMatchObject(layout)
  expect(places['c']).toEqual({ x: 80, y: 208 })
})

test('comes to an end in a cycle', () => {
  const wires = [wire('a', 'b'), wire('b', 'c'), wire('c', 'a')]
  const places = Object.values(placesOf({ nodes, wires, layout: {} }))
  expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(4)
})
