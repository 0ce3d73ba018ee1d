import { expect, test } from 'vitest'
import { KnownMessages } from './known-messages.ts'

test('forgets the oldest first, and an id that was used again counts as new', () => {
  const known = new KnownMessages(2)
  known.add(1, 10)
  known.add(2, 20)
  known.add(1, 11)
  known.add(3, 30)
  expect([known.has(1, 11), known.has(1, 10), known.has(2, 20), known.has(3, 30)]).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(known.size).toBe(2)
  known.clear()
  expect(known.has(1, 11)).toBe(false)
})
