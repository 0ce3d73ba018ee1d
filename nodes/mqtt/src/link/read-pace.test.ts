import { expect, test } from 'vitest'
import { ReadPace } from './read-pace.ts'

/** How many of the reads in one second are followed by a rest, at a steady rate of messages. */
function restsAt(pace: ReadPace, perSecond: number, bytes = 500): number {
  let rests = 0
  for (let read = 1; read <= 10_000; read += 1) {
    if (pace.restsAfter(perSecond / 10_000, bytes, (start += 0.1))) rests += 1
  }
  return rests
}

let start = 0

test('never rests at 20,000 messages a second, and nearly always at 50,000', () => {
  const pace = new ReadPace()
  expect(restsAt(pace, 20_000)).toBe(0)
  expect(restsAt(pace, 50_000)).toBeGreaterThan(9000)
  expect(restsAt(pace, 25_000)).toBe(10_000)
  expect(restsAt(pace, 15_000)).toBeLessThan(200)
})

test('does not rest after reads that bring much anyway', () => {
  expect(restsAt(new ReadPace(), 500_000, 60_000)).toBe(0)
})
