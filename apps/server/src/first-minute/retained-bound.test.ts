import { describe, expect, it } from 'vitest'
import { RetainedBound } from './retained-bound.ts'

const megabyte = 2 ** 20

describe('RetainedBound', () => {
  it('refuses topics beyond the bound, and lets known ones change', () => {
    const bound = new RetainedBound()
    for (let i = 0; i < 10_000; i += 1) bound.isAllowed(`t/${i}`, 1)
    expect(bound.isAllowed('one too many', 1)).toBe(false)
    expect(bound.isAllowed('t/1', 2)).toBe(true)
    expect(bound.isAllowed('t/1', 0)).toBe(true)
    expect(bound.isAllowed('one too many', 1)).toBe(true)
  })

  it('refuses bytes beyond the bound until some are removed', () => {
    const bound = new RetainedBound()
    expect(bound.isAllowed('a', 20 * megabyte)).toBe(true)
    expect(bound.isAllowed('b', 20 * megabyte)).toBe(false)
    expect(bound.isAllowed('a', 10 * megabyte)).toBe(true)
    expect(bound.isAllowed('b', 20 * megabyte)).toBe(true)
  })
})
