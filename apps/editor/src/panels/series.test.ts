import { expect, test } from 'vitest'
import { addPoints, joined, keptMs, seriesFrom } from './series.ts'

test('joins series over one axis, with gaps', () => {
  const all = seriesFrom({
    series: [
      { name: 'a', times: [1000, 2000], values: [1, 2] },
      { name: 'b', times: [2000, 3000], values: [5, 6] },
    ],
  })
  expect(joined(all, 0)).toEqual([
    [1, 2, 3],
    [1, 2, null],
    [null, 5, 6],
  ])
  expect(joined(all, 2500)).toEqual([[3], [null], [6]])
})

test('adds live points once, and forgets what is older than an hour', () => {
  const all = seriesFrom({ series: [{ name: 'a', times: [1000], values: [1] }] })
  addPoints(all, 'a', { times: [1000, 2000], values: [9, 2] })
  expect(all.get('a')).toEqual({ times: [1000, 2000], values: [1, 2] })
  addPoints(all, 'a', { times: [2000 + keptMs], values: [3] })
  expect(all.get('a')?.times).toEqual([2000, 2000 + keptMs])
})
