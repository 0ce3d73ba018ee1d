import { expect, it } from 'vitest'
import { dashOf, inOrderOfNames, lineColor, lineStyle } from './line-look.ts'

it('tells 24 lines apart, by colour and by how they are drawn', () => {
  const looks = Array.from({ length: 24 }, (_, index) => `${lineColor(index)} ${lineStyle(index)}`)
  expect(new Set(looks).size).toBe(24)
  expect([0, 8, 16].map(lineStyle)).toEqual(['solid', 'dashed', 'dotted'])
  expect([0, 8].map(dashOf)).toEqual([[], [6, 4]])
})

it('orders lines by name, numbers in names by size', () => {
  const line = { times: [], values: [] }
  const series = new Map(['mill-10', 'furnace-1', 'mill-2'].map((name) => [name, line]))
  expect([...inOrderOfNames(series).keys()]).toEqual(['furnace-1', 'mill-2', 'mill-10'])
})
