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

test('what epochs stored is what the map holds, whatever was done to it', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(keys, fc.nat(9)), { selector: ([key]) => key }),
      steps,
      (first, plan) => {
        const state = new TrackedState(first)
        const model = new Map<Key, unknown>(first)
        const store = new Map<Key, unknown>(first)
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
            for (const [key, value] of state.changes()) {
              if (value === undefined) store.delete(key)
              else store.set(key, value)
            }
            state.stored()
            expect(new Map(store)).toEqual(model)
            expect(state.changes()).toEqual([])
          }
          expect([...state.entries()]).toEqual([...model])
          expect(state.size).toBe(model.size)
        }
      },
    ),
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
