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

test('knows messages of any id, by what they are', () => {
  const known = new KnownMessages(3)
  for (const id of [65_535, 1, 300, 2]) known.add(id, id * 10)
  const ids = [65_535, 1, 300, 2, 3]
  expect(ids.map((id) => known.has(id, id * 10))).toEqual([false, true, true, true, false])
  expect(known.has(300, 1)).toBe(false)
  known.clear()
  known.add(2, 20)
  expect([known.has(1, 10), known.has(2, 20), known.size]).toEqual([false, true, 1])
})
