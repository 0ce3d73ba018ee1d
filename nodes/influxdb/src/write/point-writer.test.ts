import { expect, test } from 'vitest'
import { manualTime } from '@millrace/sdk/testing'
import type { Timers } from '@millrace/sdk'
import { PointWriter, type WriterOptions, type WriterState } from './point-writer.ts'
import type { WriteAnswer } from './write-answer.ts'

/** A writer over a server that answers as it is told, on a clock that stands still. */
function bench(
  answer: (lines: readonly string[]) => WriteAnswer,
  options: Partial<WriterOptions> = {},
) {
  const time = manualTime(0)
  const timers: Timers = {
    after: (delayMs, run) => time.schedule(delayMs, run),
    every: (periodMs, run) => time.schedule(periodMs, run),
    soon: (run) => time.schedule(0, run),
  }
  const writes: string[][] = []
  const states: WriterState[] = []
  const outcomes = new Map<string, string>()
  const writer = new PointWriter({
    server: {
      write: (text) => {
        const lines = text.split('\n')
        writes.push(lines)
        return Promise.resolve(answer(lines))
      },
    },
    precision: 'ms',
    batchPoints: 3,
    batchBytes: 1000,
    batchAgeMs: 1000,
    bufferPoints: 100,
    retryForMs: 0,
    timers,
    now: () => time.clock.monotonic(),
    random: () => 0.5,
    onChange: (state) => states.push(state),
    ...options,
  })
  const add = (...lines: string[]): void => {
    for (const line of lines) {
      writer.add({ line, settle: (refusal) => outcomes.set(line, refusal ?? 'written') })
    }
  }
  return { writer, add, writes, states, outcomes, time }
}

/** Lets the promises that are due run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

const written = (): WriteAnswer => ({ outcome: 'written' })

test('writes a batch when it is full, and the rest when it is old', async () => {
  const { add, writes, outcomes, time } = bench(written)
  add('a', 'b', 'c', 'd')
  await settled()
  expect(writes).toEqual([['a', 'b', 'c']])
  time.advance(1000)
  await settled()
  expect(writes).toEqual([['a', 'b', 'c'], ['d']])
  expect([...outcomes.values()]).toEqual(['written', 'written', 'written', 'written'])
})

test('tries again later, in order, and says so meanwhile', async () => {
  let isUp = false
  const { add, writes, states, outcomes, time } = bench(() =>
    isUp ? { outcome: 'written' } : { outcome: 'later', reason: 'Gone.' },
  )
  add('a', 'b', 'c', 'd', 'e', 'f')
  await settled()
  expect(states.at(-1)).toEqual({ waiting: 6, written: 0, trouble: 'Gone.' })
  expect(outcomes.size).toBe(0)
  isUp = true
  time.advance(500)
  await settled()
  expect(writes).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
  ])
  expect(states.at(-1)).toEqual({ waiting: 0, written: 6, trouble: undefined })
})

test('waits as long as the server asks', async () => {
  let count = 0
  const { add, writes, time } = bench(() => {
    count += 1
    return count === 1
      ? { outcome: 'later', reason: 'Busy.', afterMs: 7000 }
      : { outcome: 'written' }
  })
  add('a', 'b', 'c')
  await settled()
  time.advance(6999)
  await settled()
  expect(writes).toHaveLength(1)
  time.advance(1)
  await settled()
  expect(writes).toHaveLength(2)
})

test('finds the bad points of a batch and writes the others', async () => {
  const { add, outcomes } = bench(
    (lines) =>
      lines.some((line) => line.startsWith('bad'))
        ? { outcome: 'refused', reason: 'field type conflict' }
        : { outcome: 'written' },
    { batchPoints: 7 },
  )
  add('a', 'bad1', 'c', 'd', 'e', 'bad2', 'g')
  await settled()
  await settled()
  expect(Object.fromEntries(outcomes)).toEqual({
    a: 'written',
    bad1: 'field type conflict',
    c: 'written',
    d: 'written',
    e: 'written',
    bad2: 'field type conflict',
    g: 'written',
  })
})

test('believes the server that names the bad lines', async () => {
  const lines = new Map([[1, 'bad field']])
  const { add, writes, outcomes } = bench(() => ({
    outcome: 'refused',
    reason: 'partial',
    lines,
    isRestWritten: true,
  }))
  add('a', 'b', 'c')
  await settled()
  expect(writes).toHaveLength(1)
  expect([...outcomes.values()]).toEqual(['written', 'bad field', 'written'])
})

test('gives up after the time that it was given', async () => {
  const { add, outcomes, time } = bench(() => ({ outcome: 'later', reason: 'Gone.' }), {
    retryForMs: 2000,
  })
  add('a', 'b', 'c')
  for (let step = 0; step < 10; step += 1) {
    await settled()
    time.advance(500)
  }
  await settled()
  expect(outcomes.get('a')).toBe('Gone.')
})

test('tells every point its end when it is closed', async () => {
  const { writer, add, outcomes } = bench(() => ({ outcome: 'later', reason: 'Gone.' }))
  add('a', 'b', 'c', 'd')
  await settled()
  writer.close()
  await settled()
  expect(outcomes.size).toBe(4)
})
