import { expect, it } from 'vitest'
import { lagText, shortLag } from './lag-text.ts'

it.each([
  [0, '<1 s behind', '−<1 s'],
  [12_900, '12 s behind', '−12 s'],
  [90_000, '90 s behind', '−90 s'],
  [150_000, '2 min behind', '−2 min'],
  [3 * 3_600_000, '3 h behind', '−3 h'],
  [400 * 86_400_000, '400 d behind', '−400 d'],
  [-500, '<1 s behind', '−<1 s'],
  [-5000, '5 s ahead', '+5 s'],
])('tells a lag of %d ms', (lagMs, text, short) => {
  expect(lagText(lagMs)).toBe(text)
  expect(shortLag(lagMs)).toBe(short)
})
