import { expect, test } from 'vitest'
import { rangeOf } from './axis-range.ts'

const free = { min: undefined, max: undefined }

test('leaves a little air around the values', () => {
  expect(rangeOf({ low: 0, high: 100, ...free })).toEqual([-8, 108])
  expect(rangeOf({ low: 5, high: 5, ...free })).toEqual([4, 6])
  expect(rangeOf({ low: null, high: null, ...free })).toEqual([-0.08, 1.08])
})

test('keeps to the ends that are set, and never turns round', () => {
  expect(rangeOf({ low: 20, high: 80, min: 0, max: 100 })).toEqual([0, 100])
  expect(rangeOf({ low: 20, high: 80, min: 100, max: undefined })).toEqual([100, 101])
})
