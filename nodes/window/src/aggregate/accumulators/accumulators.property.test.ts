import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregated } from '../testing/brute-force.ts'
import type { Event } from '../testing/brute-force.ts'
import { accumulatorOf } from './table.ts'
import type { AggregateFunction } from './table.ts'

const functions: readonly AggregateFunction[] = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first',
  'last',
  'stddev',
  'stddevPopulation',
  'distinct',
]

const batches = fc.array(
  fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 8 }),
  {
    maxLength: 6,
  },
)

describe.each(functions)('%s', (name) => {
  const { create, add, merge, result } = accumulatorOf(name)

  it('is the same however the values are split, merged, stored and taken up', () => {
    fc.assert(
      fc.property(batches, fc.boolean(), (split, isStored) => {
        let time = 0
        const events: Event[] = []
        const states = split.map((values) =>
          values.reduce<unknown>((state, value) => {
            time += 1
            events.push({ key: '', time, value })
            return add(state, value, time)
          }, create()),
        )
        const merged = states.reduce(
          (into, from) => (isStored ? structuredClone(merge(into, from)) : merge(into, from)),
          create(),
        )
        expectClose(result(merged), aggregated(events)[name])
      }),
    )
  })

  it('leaves what is merged in as it is', () => {
    const from = add(add(create(), 3, 1), 5, 2)
    const before = structuredClone(from)
    const into = merge(merge(create(), from), from)
    add(into, 100, 3)
    expect(from).toEqual(before)
  })
})

describe('sum and average', () => {
  it('have no value beyond what a number can hold, and no negative zero', () => {
    for (const name of ['sum', 'avg'] as const) {
      const { create, add, result } = accumulatorOf(name)
      expect(result(add(add(create(), 1e308, 1), 1e308, 2))).toBe(null)
      expect(Object.is(result(add(create(), -0, 1)), 0)).toBe(true)
    }
  })
})

describe('stddev', () => {
  it('keeps its digits for values far from zero', () => {
    const { create, add, result } = accumulatorOf('stddev')
    const values = [4, 7, 13, 16].map((value) => value + 1e9)
    const state = values.reduce<unknown>((at, value) => add(at, value, 0), create())
    expect(result(state)).toBeCloseTo(Math.sqrt(30), 9)
  })
})

describe('first and last', () => {
  it('take any value as it is, by time, ties by arrival', () => {
    const reading = { deep: true }
    for (const [name, wanted] of [
      ['first', 'tie 1'],
      ['last', reading],
    ] as const) {
      const { create, add, result } = accumulatorOf(name)
      let state = create()
      for (const [value, time] of [
        ['middle', 5],
        ['tie 1', 1],
        ['tie 2', 1],
        ['tie 3', 9],
        [reading, 9],
      ] as const) {
        state = add(state, value, time)
      }
      expect(result(state)).toBe(wanted)
    }
  })
})

describe('distinct', () => {
  const { create, add, merge, result } = accumulatorOf('distinct')
  const filled = (values: readonly unknown[]) =>
    values.reduce<unknown>((state, value) => add(state, value, 0), create())

  it('tells values of different types apart, and equal ones not', () => {
    const values = [1, '1', true, 'true', [1], '[1]', { a: 1 }, '{"a":1}', '', 0]
    expect(result(filled([...values, ...structuredClone(values)]))).toBe(values.length)
  })

  it('keeps long texts short', () => {
    const long = 'x'.repeat(1_000_000)
    const state = filled([long, `${long}y`, long])
    expect(result(state)).toBe(2)
    expect([...(state as Set<string>)].every((token) => token.length < 100)).toBe(true)
  })

  it.each([4096, 5000, 50_000, 300_000])('is within 3 percent for %i values', (count) => {
    const names = Array.from({ length: count }, (_, n) => `device-${n}`)
    const whole = filled(names)
    const parts = [names.slice(0, 3000), names.slice(2000, 4500), names.slice(4400)].map(filled)
    const merged = parts.reduce<unknown>((into, from) => merge(into, from), create())
    for (const state of [whole, merged]) {
      const error = Math.abs(Number(result(state)) - count) / count
      expect(error).toBeLessThan(count <= 4096 ? 1e-9 : 0.03)
    }
  })
})

function expectClose(got: unknown, wanted: unknown): void {
  if (typeof wanted !== 'number' || typeof got !== 'number') expect(got).toEqual(wanted)
  else
    expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted) * 1e3))
}
