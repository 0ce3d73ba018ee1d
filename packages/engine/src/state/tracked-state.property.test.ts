import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TrackedState } from './tracked-state.ts'

type Key = string | number

const keys = fc.constantFrom<Key>('a', 'b', 'c', 1, '1', 0)
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('set' as const), key: keys, value: fc.nat(9) }),
    fc.record({ do: fc.constant('get' as const), key: keys }),
    fc.record({ do: fc.constant('delete' as const), key: keys }),
    fc.constant({ do: 'clear' as const }),
    fc.constant({ do: 'epoch' as const }),
  ),
  { maxLength: 200 },
)

const first = fc.uniqueArray(fc.tuple(keys, fc.nat(9)), { selector: ([key]) => key })
const keysMax = fc.constantFrom(0, 1, 3, 100)

test('what epochs stored is what the map holds, whatever was done to it', () => {
  fc.assert(
    fc.property(first, steps, keysMax, (begin, plan, max) => {
      const model = new Map<Key, unknown>(begin)
      const store = new Map<Key, unknown>(begin)
      const cold = { value: (key: Key) => store.get(key), entries: () => [...store] }
      const state = new TrackedState(begin, { cold, keysMax: max })
      for (const step of plan) {
        if (step.do === 'set') {
          state.set(step.key, step.value)
          model.set(step.key, step.value)
        } else if (step.do === 'get') {
          expect(state.get(step.key)).toBe(model.get(step.key))
        } else if (step.do === 'delete') {
          state.delete(step.key)
          model.delete(step.key)
        } else if (step.do === 'clear') {
          state.clear()
          model.clear()
        } else {
          storeEpoch(state, store)
          expect(new Map(store)).toEqual(model)
          expect(state.changes()).toEqual([])
        }
        expect(new Map(state.entries())).toEqual(model)
        expect(new Set(state.keys())).toEqual(new Set(model.keys()))
        expect(state.size).toBe(model.size)
      }
    }),
    { numRuns: 300 },
  )
})

function storeEpoch(state: TrackedState, store: Map<Key, unknown>): void {
  for (const [key, value] of state.changes()) {
    if (value === undefined) store.delete(key)
    else store.set(key, value)
  }
  state.stored()
}

test('no more values than allowed stay in memory, and going through all misses none', () => {
  const store = new Map<Key, unknown>()
  const cold = { value: (key: Key) => store.get(key), entries: () => [...store] }
  const state = new TrackedState([], { cold, keysMax: 100 })
  for (let key = 0; key < 1_000; key += 1) {
    state.set(key, key)
    if (key % 50 === 0) storeEpoch(state, store)
  }
  storeEpoch(state, store)
  expect(Reflect.get(state, 'cells').size).toBeLessThanOrEqual(100)
  expect(state.size).toBe(1_000)
  const seen: Key[] = []
  for (const [key] of state.entries()) {
    seen.push(key)
    // What comes back on the way is neither missed nor seen twice.
    state.get((Number(key) * 7) % 1_000)
  }
  expect(seen.toSorted((one, other) => Number(one) - Number(other))).toEqual(
    Array.from({ length: 1_000 }, (_, index) => index),
  )
})

test('keys that come and go between epochs do not pile up', () => {
  const state = new TrackedState()
  for (let index = 0; index < 100_000; index += 1) {
    state.set(index, index)
    state.delete(index)
  }
  state.set('last', 1)
  expect(state.changes()).toEqual([['last', 1]])
  expect(Reflect.get(state, 'changedKeys').length).toBeLessThan(2_000)
})
