import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formPairs } from './form-pairs.ts'

test('reads what the platform reads', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '=', '&', '%', '+', '1', ' ', '?', 'ü'),
    maxLength: 40,
  })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 300 }), (part, times) => {
      const whole = `&${part}&x${part}&`.repeat(times)
      expect([...formPairs(whole)]).toEqual([...new URLSearchParams(whole)])
    }),
    { numRuns: 200 },
  )
  expect([...formPairs('?a=1')]).toEqual([['?a', '1']])
})

test.each(['a&', '%41&', '+&', 'a=1&', '&'])('reads a megabyte of %s in no time', (unit) => {
  let count = 0
  for (const _ of formPairs(unit.repeat(1_048_576 / unit.length))) count += 1
  expect(count).toBe(unit === '&' ? 0 : Math.floor(1_048_576 / unit.length))
})
