import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeadIndex } from './head-index.ts'

const letters = fc.constantFrom('a', 'b', 'é')
const texts = fc.string({ unit: letters, maxLength: 60 })
const heads = fc.array(fc.string({ unit: letters, minLength: 8, maxLength: 11 }), { maxLength: 40 })

test('finds what a look at every place finds, the longest first', () => {
  fc.assert(
    fc.property(heads, texts, fc.nat(4), (all, text, from) => {
      const longest = all.toSorted((one, other) => other.length - one.length)
      const places = Array.from({ length: text.length }, (_, at) => at).slice(from)
      const found = places.flatMap((at) => {
        const standing = new Set(longest.filter((one) => text.startsWith(one, at)))
        return standing.size === 0 ? [] : [{ at, heads: [...standing] }]
      })
      expect(new HeadIndex(all).find(text, from)).toEqual(found[0])
    }),
    { numRuns: 1_000 },
  )
})

test('finds the longest beginning in which a text ends', () => {
  fc.assert(
    fc.property(heads, texts, (all, text) => {
      const ends = (at: number) =>
        all.some((one) => one.length > text.length - at && one.startsWith(text.slice(at)))
      const places = Array.from({ length: Math.max(0, text.length - 4) }, (_, at) => at)
      const index = new HeadIndex(all)
      const isWhole = all.some((one) => text.endsWith(one))
      const found = index.findCut(text, text.length, 5)
      if (!isWhole) expect(found).toBe(places.find(ends))
    }),
    { numRuns: 1_000 },
  )
})

test('finds one of thousands that begin alike', () => {
  const all = Array.from({ length: 5_000 }, (_, at) => `password-${at}-${'x'.repeat(at % 20)}`)
  const index = new HeadIndex(all)
  expect(index.find('it is password, password-none, password-4711-xxxxxxxxxxx', 0)).toEqual({
    at: 31,
    heads: [`password-4711-${'x'.repeat(11)}`],
  })
  expect(index.find('it is password, password-none', 0)).toBeUndefined()
  expect(index.findCut('it is password-471', 18, 5)).toBe(6)
})
