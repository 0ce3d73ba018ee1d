import { expect, test } from 'vitest'
import { troubleAfter } from './trouble.ts'

const stuck = {
  state: 'restarting',
  reason: 'It looped.',
  node: 'f',
  version: 3,
  restarts: 0,
} as const

test('still says why a flow was restarted when it runs again', () => {
  const trouble = troubleAfter(undefined, stuck)
  expect(troubleAfter(trouble, { state: 'running', version: 3, restarts: 1 })).toEqual({
    reason: 'It looped.',
    node: 'f',
    state: 'running',
    version: 3,
  })
})

test('is over when the flow was deployed anew or stopped', () => {
  const trouble = troubleAfter(undefined, stuck)
  expect(troubleAfter(trouble, { state: 'running', version: 4, restarts: 0 })).toBeUndefined()
  expect(troubleAfter(trouble, { ...stuck, state: 'starting', version: 4 })).toBeUndefined()
  expect(troubleAfter(trouble, { state: 'stopped', version: 3, restarts: 0 })).toBeUndefined()
})

test('has nothing to say of a flow that runs', () => {
  expect(troubleAfter(undefined, { state: 'running', version: 1, restarts: 0 })).toBeUndefined()
})
