import { NodeError } from '@millrace/sdk'
import { manualTime } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import type { WriteOutcome } from '../server/write-outcome.ts'
import { PointWriter } from './point-writer.ts'
import type { WriterOptions } from './point-writer.ts'

const error = new NodeError('INFLUXDB_FAILED', 'It failed.')
const refused: WriteOutcome = { kind: 'refused', error }
const written: WriteOutcome = { kind: 'written' }

/** A writer over a server that answers as told: by a function of the lines that it was sent. */
function bench(
  options: Partial<WriterOptions> = {},
  answer: (lines: readonly string[]) => WriteOutcome = () => written,
) {
  const time = manualTime()
  const sent: (readonly string[])[] = []
  const done: [string, string | undefined][] = []
  const pressures: boolean[] = []
  const states: (string | undefined)[] = []
  const writer = new PointWriter({
    server: {
      write: (text) => {
        const lines = text.split('\n')
        sent.push(lines)
        return Promise.resolve(answer(lines))
      },
    },
    precision: 'ms',
    batchPoints: 3,
    batchBytes: 1_000_000,
    batchAgeMs: 1000,
    bufferPoints: 10,
    retryForMs: 0,
    clock: time.clock,
    timers: {
      after: (delayMs, run) => time.schedule(delayMs, run),
      every: (delayMs, run) => time.schedule(delayMs, run),
      soon: (run) => void time.schedule(0, run),
    },
    onPressure: (isHigh) => pressures.push(isHigh),
    onState: (failure) => states.push(failure?.code),
    ...options,
  })
  const add = (...lines: string[]) => {
    for (const line of lines) {
      writer.add({ line, done: (failure) => done.push([line, failure?.code]) })
    }
  }
  return { writer, add, sent, done, time, pressures, states }
}

/** Lets all that has been promised happen. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('writes when there are enough points, and each is told once', async () => {
  const { add, sent, done } = bench()
  add('a', 'b')
  expect(sent).toEqual([])
  add('c', 'd')
  await settle()
  expect(sent).toEqual([['a', 'b', 'c']])
  expect(done).toEqual([
    ['a', undefined],
    ['b', undefined],
    ['c', undefined],
  ])
})

test('writes when there are enough bytes', async () => {
  const { add, sent } = bench({ batchBytes: 10 })
  add('12345678', 'x')
  await settle()
  expect(sent).toEqual([['12345678', 'x']])
})

test('writes after a while on trickling input, also what came during a write', async () => {
  const { add, sent, time } = bench()
  add('a')
  time.advance(999)
  expect(sent).toEqual([])
  time.advance(1)
  add('b')
  await settle()
  expect(sent).toEqual([['a']])
  time.advance(1000)
  await settle()
  expect(sent).toEqual([['a'], ['b']])
})

test('writes at once when asked to', async () => {
  const { add, sent, writer } = bench()
  add('a')
  writer.writeNow()
  await settle()
  expect(sent).toEqual([['a']])
})

test('keeps the points through an outage, in order, and tells how it stands', async () => {
  let isAway = true
  const { add, sent, done, time, states } = bench({}, () =>
    isAway ? { kind: 'later', error } : written,
  )
  add('a', 'b', 'c', 'd')
  await settle()
  for (let minute = 0; minute < 60; minute += 1) {
    time.advance(1000)
    await settle()
  }
  expect(done).toEqual([])
  expect(sent.length).toBeLessThan(12)
  isAway = false
  time.advance(30_000)
  await settle()
  expect(done.map(([line]) => line)).toEqual(['a', 'b', 'c', 'd'])
  expect(sent.slice(-2)).toEqual([['a', 'b', 'c'], ['d']])
  expect([states[0], states.at(-1)]).toEqual(['INFLUXDB_FAILED', undefined])
})

test('waits as long as the server asks for', async () => {
  let answers = 0
  const { add, sent, time } = bench({}, () => {
    answers += 1
    return answers === 1 ? { kind: 'later', error, afterMs: 7000 } : written
  })
  add('a', 'b', 'c')
  await settle()
  time.advance(6999)
  await settle()
  expect(sent).toHaveLength(1)
  time.advance(1)
  await settle()
  expect(sent).toHaveLength(2)
})

test('finds the refused points when the server does not name them', async () => {
  const bad = new Set(['b', 'f'])
  const { add, sent, done } = bench({ batchPoints: 8 }, (lines) =>
    lines.some((line) => bad.has(line)) ? refused : written,
  )
  add('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
  await settle()
  expect(done).toEqual([
    ['a', undefined],
    ['b', 'INFLUXDB_FAILED'],
    ['c', undefined],
    ['d', undefined],
    ['e', undefined],
    ['f', 'INFLUXDB_FAILED'],
    ['g', undefined],
    ['h', undefined],
  ])
  expect(sent.length).toBeLessThanOrEqual(13)
})

test('goes by the lines that the server names, counting line breaks in text', async () => {
  const lines = new Map([[3, 'wrong type']])
  const { add, done } = bench({}, () => ({ kind: 'refused', error, lines }))
  add('a v="x\ny"', 'b', 'c')
  await settle()
  expect(done).toEqual([
    ['a v="x\ny"', undefined],
    ['b', 'INFLUXDB_REFUSED'],
    ['c', undefined],
  ])
})

test('halves what is too long for the server', async () => {
  const { add, done } = bench({ batchPoints: 4 }, (lines) =>
    lines.length > 1 ? { kind: 'too-long', error } : written,
  )
  add('a', 'b', 'c', 'd')
  await settle()
  expect(done.every(([, code]) => code === undefined)).toBe(true)
  expect(done).toHaveLength(4)
})

test('goes on where it was when the server goes away in the middle of a search', async () => {
  let writes = 0
  const { add, done, time } = bench({ batchPoints: 4 }, (lines) => {
    writes += 1
    if (writes === 3) return { kind: 'later', error }
    return lines.includes('d') ? refused : written
  })
  add('a', 'b', 'c', 'd')
  await settle()
  expect(done).toEqual([
    ['a', undefined],
    ['b', undefined],
  ])
  time.advance(1000)
  await settle()
  expect(done.slice(2)).toEqual([
    ['c', undefined],
    ['d', 'INFLUXDB_FAILED'],
  ])
})

test('slows the flow before the buffer is full, and refuses what finds it full', async () => {
  let isAway = true
  const { add, pressures, done, time } = bench({ batchPoints: 100 }, () =>
    isAway ? { kind: 'later', error } : written,
  )
  add('1', '2', '3', '4', '5')
  expect(pressures).toEqual([])
  add('6')
  expect(pressures).toEqual([true])
  add('7', '8', '9', '10')
  expect(() => add('11')).toThrow('The buffer for points to InfluxDB is full.')
  isAway = false
  time.advance(1000)
  await settle()
  expect(done).toHaveLength(10)
  expect(pressures).toEqual([true, false])
})

test('gives up after the time that was set', async () => {
  const { add, done, time } = bench({ retryForMs: 5000 }, () => ({ kind: 'later', error }))
  add('a', 'b', 'c')
  for (let second = 0; second < 20; second += 1) {
    await settle()
    time.advance(1000)
  }
  await settle()
  expect(done).toEqual(['a', 'b', 'c'].map((line) => [line, 'INFLUXDB_FAILED']))
})

test('tells every point when it is closed', async () => {
  const { add, done, writer } = bench()
  add('a', 'b', 'c', 'd')
  writer.close()
  await settle()
  expect(done.map(([line, code]) => [line, code])).toEqual(
    ['a', 'b', 'c', 'd'].map((line) => [line, 'INFLUXDB_CLOSED']),
  )
})
