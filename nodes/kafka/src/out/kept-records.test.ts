import { expect, test } from 'vitest'
import { KeptRecords } from './kept-records.ts'

const now = 1_800_000_000_000
const old = now - 86_400_000

function watched() {
  const deleted: string[] = []
  let at = 0
  const clock = { now: () => now + at, monotonic: () => at }
  const kept = new KeptRecords(clock, (topic) => void deleted.push(topic))
  const wrote = (baseOffset: number, logStart: number, timestamp: number): void =>
    kept.wrote(
      { topic: 'a', partition: 0, errorCode: 0, baseOffset, logStart, refused: [], message: null },
      timestamp,
    )
  return { wrote, deleted, pass: (ms: number) => void (at += ms) }
}

test('tells once that what was written with times of long ago is gone by the next batch', () => {
  const { wrote, deleted, pass } = watched()
  wrote(0, 0, old)
  pass(300_000)
  wrote(100, 0, old)
  expect(deleted).toEqual([])
  wrote(200, 150, old)
  wrote(300, 250, old)
  expect(deleted).toEqual(['a'])
})

test('finds nothing wrong with the deletion of what is new, was written long ago, or comes again', () => {
  const { wrote, deleted, pass } = watched()
  wrote(0, 0, now)
  wrote(100, 100, old)
  pass(3_600_000)
  wrote(200, 200, old)
  wrote(-1, -1, old)
  wrote(300, 200, old)
  expect(deleted).toEqual([])
})
