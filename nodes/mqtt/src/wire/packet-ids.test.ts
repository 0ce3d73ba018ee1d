import { expect, test } from 'vitest'
import { PacketIds } from './packet-ids.ts'

test('gives no id twice, to whoever asks', () => {
  const ids = new PacketIds()
  const given = new Set<unknown>()
  for (let count = 0; count < 65_535; count += 1) {
    given.add(count % 2 === 0 ? ids.allocate() : ids.forLibrary.allocate())
  }
  expect(given.size).toBe(65_535)
  expect(given.has(0)).toBe(false)
  expect([ids.allocate(), ids.forLibrary.allocate()]).toEqual([undefined, null])
})

test('gives an id again only when its owner has released it', () => {
  const ids = new PacketIds()
  const [ours, theirs] = [ids.allocate() ?? 0, ids.forLibrary.allocate() ?? 0]
  ids.forLibrary.deallocate(ours)
  ids.release(theirs)
  expect(ids.forLibrary.register(ours)).toBe(false)
  expect(ids.forLibrary.register(theirs)).toBe(false)
  ids.forLibrary.clear()
  expect(ids.forLibrary.register(ours)).toBe(false)
  expect(ids.forLibrary.register(theirs)).toBe(true)
})
