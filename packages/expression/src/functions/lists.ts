import { maxListLength } from '../limits.ts'
import { isLess, isMore, isSame } from '../runtime/operators.ts'
import { spend } from '../runtime/meter.ts'
import type { Meter } from '../runtime/meter.ts'
import { finite, isList, kindOf, nullFor } from '../runtime/values.ts'
import type { List } from '../runtime/values.ts'
import { anything, define, list, number, optional } from './definition.ts'
import type { FunctionDefinition } from './definition.ts'

const method = { category: 'list', notation: 'method' } as const

export const listFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'sum',
      ...method,
      parameters: [list('list')],
      result: 'number',
      summary: 'The sum of the numbers in a list, nulls left out; 0 for an empty list.',
      example: { source: '[1, 2, null, 3].sum()', value: 6 },
    },
    sum,
  ),
  define(
    {
      name: 'avg',
      ...method,
      parameters: [list('list')],
      result: 'number',
      summary: 'The mean of the numbers in a list, nulls left out; null for an empty list.',
      example: { source: '[1, 2, 3].avg()', value: 2 },
    },
    average,
  ),
  define(
    {
      name: 'first',
      ...method,
      unmetered: 'all',
      parameters: [list('list')],
      result: 'any',
      summary: 'The first element of a list; null for an empty list.',
      example: { source: '[3, 1, 2].first()', value: 3 },
    },
    (items: List) => nullFor(items[0]),
  ),
  define(
    {
      name: 'last',
      ...method,
      unmetered: 'all',
      parameters: [list('list')],
      result: 'any',
      summary: 'The last element of a list; null for an empty list.',
      example: { source: '"plant/hall/1".split("/").last()', value: '1' },
    },
    (items: List) => nullFor(items[items.length - 1]),
  ),
  define(
    {
      name: 'slice',
      ...method,
      parameters: [list('list'), number('start'), optional(number('end'))],
      result: 'list',
      summary:
        'The elements from one index up to, not including, another; negative ones count from the end.',
      example: { source: '[1, 2, 3, 4].slice(1, 3)', value: [2, 3] },
    },
    (items: List, start: number, end?: number) => items.slice(start, end),
  ),
  define(
    {
      name: 'reverse',
      ...method,
      parameters: [list('list')],
      result: 'list',
      summary: 'The elements in the opposite order.',
      example: { source: '[1, 2, 3].reverse()', value: [3, 2, 1] },
    },
    (items: List) => items.toReversed(),
  ),
  define(
    {
      name: 'sort',
      ...method,
      parameters: [list('list')],
      result: 'list',
      summary: 'Numbers or texts in ascending order, nulls left out; null where both are mixed.',
      example: { source: '[3, 1, 2].sort()', value: [1, 2, 3] },
    },
    sort,
  ),
  {
    name: 'distinct',
    ...method,
    parameters: [list('list')],
    result: 'list',
    summary: 'The elements, each once, in the order of their first appearance.',
    example: { source: '[1, 2, 1, "1"].distinct()', value: [1, 2, '1'] },
    prepare:
      ({ meter }) =>
      (items: List) =>
        distinct(items, meter),
  },
  define(
    {
      name: 'flatten',
      ...method,
      parameters: [list('list')],
      result: 'list',
      summary: 'The elements of the lists in a list, one level deep.',
      example: { source: '[[1, 2], [3]].flatten()', value: [1, 2, 3] },
    },
    (items: List) => {
      const length = items.reduce<number>((sum, item) => sum + (isList(item) ? item.length : 1), 0)
      return length > maxListLength ? null : items.flat(1)
    },
  ),
  define(
    {
      name: 'keys',
      ...method,
      parameters: [{ name: 'map', types: ['map'] }],
      result: 'list',
      summary: 'The keys of a map.',
      example: { source: '{a: 1, b: 2}.keys()', value: ['a', 'b'] },
    },
    (map: object) => Object.keys(map),
  ),
  define(
    {
      name: 'values',
      ...method,
      parameters: [{ name: 'map', types: ['map'] }],
      result: 'list',
      summary: 'The values of a map.',
      example: { source: '{a: 1, b: 2}.values()', value: [1, 2] },
    },
    (map: object) => Object.values(map),
  ),
  {
    name: 'elementIndex',
    ...method,
    parameters: [list('list'), anything('what')],
    result: 'number',
    summary: 'The index of the first element equal to a value, or -1.',
    example: { source: '["low", "high"].elementIndex("high")', value: 1 },
    prepare:
      ({ meter }) =>
      (items: List, what: unknown) =>
        items.findIndex((item) => isSame(item, what, { meter, depth: 0 })),
  },
]

export function smallest(items: List): unknown {
  const ordered = comparable(items)
  return ordered ? nullFor(ordered.reduce(smaller, undefined)) : null
}

export function largest(items: List): unknown {
  const ordered = comparable(items)
  return ordered ? nullFor(ordered.reduce(larger, undefined)) : null
}

type Ordered = number | string

function smaller(best: Ordered | undefined, item: Ordered): Ordered {
  return best === undefined || isLess(item, best) ? item : best
}

function larger(best: Ordered | undefined, item: Ordered): Ordered {
  return best === undefined || isMore(item, best) ? item : best
}

function sum(items: List): number | null {
  const numbers = numbersOf(items)
  return numbers && finite(numbers.reduce((total, item) => total + item, 0))
}

function average(items: List): number | null {
  const numbers = numbersOf(items)
  return numbers && finite(numbers.reduce((total, item) => total + item, 0) / numbers.length)
}

function sort(items: List): List | null {
  return (
    comparable(items)?.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0)) ?? null
  )
}

/** A new list of what is not null, if all of that is numbers, or all texts. */
function comparable(items: List): Ordered[] | null {
  const present: Ordered[] = []
  for (const item of items) {
    if (item === null || item === undefined) continue
    const isFitting = typeof item === 'string' || (typeof item === 'number' && item === item)
    if (!isFitting || typeof item !== typeof (present[0] ?? item)) return null
    present.push(item)
  }
  return present
}

function numbersOf(items: List): number[] | null {
  const numbers: number[] = []
  for (const item of items) {
    if (item === null || item === undefined) continue
    if (typeof item !== 'number') return null
    numbers.push(item)
  }
  return numbers
}

/** Plain values by a set; lists, maps and bytes by comparison with those kept. */
function distinct(items: List, meter: Meter): List {
  const plain = new Set<unknown>()
  const kept: object[] = []
  return items.filter((raw) => {
    const item = nullFor(raw)
    if (typeof item !== 'object' || item === null || kindOf(item) === 'other') {
      return !plain.has(item) && plain.add(item) !== undefined
    }
    spend(meter, kept.length)
    if (kept.some((other) => isSame(other, item, { meter, depth: 0 }))) return false
    kept.push(item)
    return true
  })
}
