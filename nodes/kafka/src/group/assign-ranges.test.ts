import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignRanges } from './assign-ranges.ts'

const all = ['a', 'b']

test('gives each member a stretch of every topic', () => {
  const members = ['two', 'one'].map((id) => ({ id, topics: all }))
  const shares = assignRanges(
    members,
    new Map([
      ['a', 3],
      ['b', 2],
    ]),
  )
  expect(shares.get('one')).toEqual([
    { topic: 'a', partitions: [0, 1] },
    { topic: 'b', partitions: [0] },
  ])
  expect(shares.get('two')).toEqual([
    { topic: 'a', partitions: [2] },
    { topic: 'b', partitions: [1] },
  ])
})

test('gives every partition to exactly one member that reads its topic', () => {
  const member = fc.record({ id: fc.uuid(), topics: fc.subarray(all) })
  const members = fc.uniqueArray(member, { selector: ({ id }) => id, maxLength: 8 })
  fc.assert(
    fc.property(members, fc.nat(30), fc.nat(30), (joined, a, b) => {
      const counts = new Map([
        ['a', a],
        ['b', b],
      ])
      const shares = assignRanges(joined, counts)
      for (const [topic, count] of counts) {
        const readers = joined.filter(({ topics }) => topics.includes(topic))
        const given = readers.flatMap(
          ({ id }) => shares.get(id)?.find((share) => share.topic === topic)?.partitions ?? [],
        )
        const wanted = readers.length === 0 ? [] : Array.from({ length: count }, (_, at) => at)
        expect(given.toSorted((one, other) => one - other)).toEqual(wanted)
      }
    }),
  )
})
