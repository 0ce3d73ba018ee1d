import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregated, quantile } from '../testing/brute-force.ts'
import type { Event } from '../testing/brute-force.ts'
import type { AggregateSettings, Slots } from './accumulator.ts'
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
  'variance',
  'variancePopulation',
  'median',
  'percentile',
  'distinct',
  'delta',
  'rate',
  'timeWeighted',
]

const batches = fc.array(
  fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 8 }),
  { maxLength: 6 },
)

/** A state among others', as windows keep it. */
class One {
  slots: Slots
  private readonly of

  constructor(name: AggregateFunction, settings: Partial<AggregateSettings> = {}) {
    this.of = accumulatorOf(name, { percent: 90, most: 100, ...settings })
    this.slots = ['before', ...this.of.initial, 'behind']
  }

  add(value: unknown, time = 0): this {
    this.of.add(this.slots, 1, value, time)
    return this
  }

  addAll(values: readonly unknown[]): this {
    for (const value of values) this.add(value)
    return this
  }

  merge(other: One): this {
    this.of.merge(this.slots, 1, other.slots, 1)
    return this
  }

  store(): void {
    this.slots = structuredClone(this.slots)
  }

  get result(): unknown {
    const isHeld = this.slots[0] === 'before' && this.slots.at(-1) === 'behind'
    if (!isHeld || this.slots.length !== this.of.initial.length + 2) {
      throw new Error('It wrote beyond its own slots.')
    }
    return this.of.result(this.slots, 1, null)
  }
}

describe.each(functions)('%s', (name) => {
  it('is the same however the values are split, merged, stored and taken up', () => {
    fc.assert(
      fc.property(batches, fc.boolean(), (split, isStored) => {
        let time = 0
        const events: Event[] = []
        const merged = new One(name)
        for (const values of split) {
          const one = new One(name)
          for (const value of values) {
            time += 1
            events.push({ key: '', time, value })
            one.add(value, time)
          }
          merged.merge(one)
          if (isStored) merged.store()
        }
        expectClose(merged.result, aggregated(events)[name])
      }),
    )
  })

  it('leaves what is merged in as it is', () => {
    const from = new One(name).add(3, 1).add(5, 2)
    const before = structuredClone(from.slots)
    new One(name).merge(from).merge(from).add(100, 3)
    expect(from.slots).toEqual(before)
  })
})

describe('sum and average', () => {
  it('have no value beyond what a number can hold, and no negative zero', () => {
    for (const name of ['sum', 'avg'] as const) {
      expect(new One(name).addAll([1e308, 1e308]).result).toBe(null)
      expect(Object.is(new One(name).add(-0).result, 0)).toBe(true)
    }
  })
})

describe('stddev', () => {
  it('keeps its digits for values far from zero', () => {
    const values = [4, 7, 13, 16].map((value) => value + 1e9)
    expect(new One('stddev').addAll(values).result).toBeCloseTo(Math.sqrt(30), 9)
  })
})

describe('first and last', () => {
  it('take any value as it is, by time, ties by arrival', () => {
    const reading = { deep: true }
    for (const [name, wanted] of [
      ['first', 'tie 1'],
      ['last', reading],
    ] as const) {
      const one = new One(name)
      one.add('middle', 5).add('tie 1', 1).add('tie 2', 1).add('tie 3', 9).add(reading, 9)
      expect(one.result).toBe(wanted)
    }
  })
})

describe('distinct', () => {
  const filled = (values: readonly unknown[]) => new One('distinct').addAll(values)

  it('tells values of different types apart, and equal ones not', () => {
    const values = [1, '1', true, 'true', [1], '[1]', { a: 1 }, '{"a":1}', '', 0]
    expect(filled([...values, ...structuredClone(values)]).result).toBe(values.length)
  })

  it('keeps long texts short', () => {
    const long = 'x'.repeat(1_000_000)
    const one = filled([long, `${long}y`, long])
    expect(one.result).toBe(2)
    expect([...(one.slots[1] as Set<string>)].every((token) => token.length < 100)).toBe(true)
  })

  it.each([4096, 5000, 50_000, 300_000])('is within 3 percent for %i values', (count) => {
    const names = Array.from({ length: count }, (_, n) => `device-${n}`)
    const parts = [names.slice(0, 3000), names.slice(2000, 4500), names.slice(4400)].map(filled)
    const merged = new One('distinct')
    for (const part of parts) merged.merge(part)
    for (const one of [filled(names), merged]) {
      const error = Math.abs(Number(one.result) - count) / count
      expect(error).toBeLessThan(count <= 4096 ? 1e-9 : 0.03)
    }
  })
})

describe('percentile', () => {
  const many = Array.from({ length: 50_000 }, (_, n) => Math.sin(n) * 1000 + (n % 77) ** 2)

  it('is exact up to 1,024 values, in any order, and knows the least and the greatest', () => {
    for (const percent of [0, 10, 50, 99, 100]) {
      const values = many.slice(0, 1024)
      const parts = [values.slice(700), values.slice(0, 700)]
      const one = new One('percentile', { percent })
      for (const part of parts) one.merge(new One('percentile').addAll(part))
      expect(one.result).toBeCloseTo(quantile(values, percent / 100) ?? NaN, 9)
    }
  })

  it.each([0, 1, 25, 50, 90, 95, 99, 99.9, 100])('is within 1 %% of rank for %d', (percent) => {
    const whole = new One('percentile', { percent }).addAll(many)
    const merged = new One('percentile', { percent })
    for (let at = 0; at < many.length; at += 1700) {
      merged.merge(new One('percentile').addAll(many.slice(at, at + 1700)))
      merged.store()
    }
    for (const one of [whole, merged]) {
      const found = Number(one.result)
      const rank = many.filter((value) => value <= found).length / many.length
      expect(Math.abs(rank - percent / 100)).toBeLessThan(0.01)
    }
  })

  it('keeps no more than about 200 centroids however many values come', () => {
    const one = new One('median').addAll(many).addAll(many)
    const { centroids, fresh } = one.slots[1] as { centroids: number[]; fresh: number[] }
    expect(centroids.length / 2).toBeLessThan(210)
    expect(fresh.length).toBeLessThanOrEqual(1024)
  })
})

describe('mode', () => {
  it('is the most frequent value, of several the one that came first', () => {
    expect(new One('mode').result).toBe(null)
    expect(new One('mode').addAll(['a', 2, { x: 1 }, 2, { x: 1 }]).result).toBe(2)
    expect(new One('mode').addAll([{ x: 1 }, { x: 1 }, 'a']).result).toEqual({ x: 1 })
    const merged = new One('mode').add('b').merge(new One('mode').add('a').add('b').add('a'))
    expect(merged.result).toBe('b')
  })

  it('finds a frequent value among many different ones, and stays small', () => {
    const parts = Array.from({ length: 10 }, (_, part) => {
      const values = Array.from({ length: 3000 }, (_, n) =>
        n % 50 === 0 ? 'often' : part * 1e6 + n,
      )
      return new One('mode').addAll(values)
    })
    const merged = new One('mode')
    for (const part of parts) merged.merge(part)
    expect(merged.result).toBe('often')
    expect((merged.slots[1] as Map<unknown, unknown>).size).toBeLessThanOrEqual(1024)
  })
})

describe('list of values', () => {
  it('has the values in order, and no more than asked for', () => {
    const first = new One('collect', { most: 3 }).addAll(['a', 1])
    const second = new One('collect', { most: 3 }).addAll([{ b: 2 }, 'c'])
    expect(first.merge(second).result).toEqual(['a', 1, { b: 2 }])
    expect(second.result).toEqual([{ b: 2 }, 'c'])
    expect(new One('collect').result).toEqual([])
  })
})

describe('average over time', () => {
  it('counts each value for as long as it held, until the end that is given', () => {
    const { add, initial, result } = accumulatorOf('timeWeighted', { percent: 0, most: 0 })
    const slots = [...initial]
    add(slots, 0, 10, 0)
    add(slots, 0, 30, 9000)
    expect(result(slots, 0, null)).toBe(10)
    expect(result(slots, 0, 10_000)).toBe(12)
  })

  it('is exact for any number of values whose parts lie one after the other', () => {
    const events = Array.from({ length: 5000 }, (_, n): Event => {
      return { key: '', time: n * 10 + (n % 7), value: (n * 37) % 101 }
    })
    const merged = new One('timeWeighted')
    for (let at = 0; at < events.length; at += 800) {
      const part = new One('timeWeighted')
      // Somewhat out of order.
      const order = events.slice(at, at + 800).map((_, index) => index ^ 5)
      for (const index of order) {
        const event = events[at + index]
        if (event !== undefined) part.add(event.value, event.time)
      }
      merged.merge(part)
    }
    expect(merged.result).toBeCloseTo(Number(aggregated(events)['timeWeighted']), 9)
  })
})

function expectClose(got: unknown, wanted: unknown): void {
  if (typeof wanted !== 'number' || typeof got !== 'number') expect(got).toEqual(wanted)
  else
    expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted) * 1e3))
}
