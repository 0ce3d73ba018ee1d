import { afterEach, describe, expect, it } from 'vitest'
import type { FlowSeat } from './flow-seat.ts'
import { FlowThreads } from './flow-threads.ts'
import type { WorkerEvent } from './messages.ts'

const settings = {
  http: { host: '127.0.0.1', port: 0 },
  nodePackages: [],
  flowHeapMb: 64,
  processMemoryMb: 512,
  stuckMs: 2_000,
  silentMs: 10_000,
  terminateMs: 5_000,
}
const opened: FlowSeat[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((seat) => seat.leave(settings.terminateMs)))
})

/** The first thing that the thread says once it was told to do something. */
function firstWord(threads: FlowThreads): Promise<WorkerEvent> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('The thread ended.'))
    const seat = threads.open({ flow: 'f', onEvent: resolve, onExit }, Infinity)
    opened.push(seat)
    seat.send({ kind: 'stop', id: 7, drainMs: 0 })
  })
}

it('gives the thread that was made ready to the first flow, and the next one its own', async () => {
  const threads = new FlowThreads(settings, () => undefined)
  threads.prepare([])
  const first = firstWord(threads)
  const second = firstWord(threads)
  // Only the thread that was made ready has the answer to that to give.
  expect(await first).toMatchObject({ kind: 'done', id: 0 })
  expect(await second).toMatchObject({ kind: 'done', id: 7 })
})

it('gives a thread that could not load what a flow needs; its deployment tells why', async () => {
  const threads = new FlowThreads(settings, () => undefined)
  threads.prepare(['nobody/knows'])
  expect(await firstWord(threads)).toMatchObject({ kind: 'refused', code: 'NODE_TYPE_UNKNOWN' })
})

describe('shared threads', () => {
  const sharing = { ownThreads: 2, companyMax: 3 }
  const handlers = { flow: 'f', onEvent: () => undefined, onExit: () => undefined }

  function openSome(threads: FlowThreads, ...companyMax: readonly number[]): readonly number[] {
    const seats = companyMax.map((max) => threads.open(handlers, max))
    opened.push(...seats)
    const found = [...new Set(seats.map((seat) => seat.thread))]
    return seats.map((seat) => found.indexOf(seat.thread))
  }

  it('come when so many flows have one each, the emptiest first, and not beyond their room', () => {
    const threads = new FlowThreads({ ...settings, sharing }, () => undefined)
    expect(openSome(threads, ...Array.from({ length: 7 }, () => Infinity))).toEqual([
      0, 1, 0, 1, 0, 1, 2,
    ])
  })

  it('are not for flows that are to be alone, and hold as few as their flows say', () => {
    const threads = new FlowThreads({ ...settings, sharing }, () => undefined)
    expect(openSome(threads, 1, 2, Infinity, 1, Infinity)).toEqual([0, 1, 1, 2, 3])
  })

  it('go on when a flow leaves, and end with the last', async () => {
    const threads = new FlowThreads({ ...settings, sharing }, () => undefined)
    openSome(threads, Infinity, Infinity, Infinity)
    const [first, , second] = opened
    expect(second?.thread).toBe(first?.thread)
    expect(await first?.leave(settings.terminateMs)).toBe(true)
    expect([first?.thread.count, first?.thread.isEnding]).toEqual([1, false])
    await second?.leave(settings.terminateMs)
    expect([first?.thread.count, first?.thread.isEnding]).toEqual([0, true])
  })
})

it('ends the thread that is ready, and tells, when it is closed', async () => {
  const told: string[] = []
  const threads = new FlowThreads(settings, () => told.push('gone'))
  threads.prepare([])
  await threads.close()
  expect(told).toEqual(['gone'])
})
