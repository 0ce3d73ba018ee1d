import { afterEach, expect, it } from 'vitest'
import type { FlowThread } from './flow-thread.ts'
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
const opened: FlowThread[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((thread) => thread.terminate(settings.terminateMs)))
})

/** The first thing that the thread says once it was told to do something. */
function firstWord(threads: FlowThreads): Promise<WorkerEvent> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('The thread ended.'))
    const thread = threads.open({ onEvent: resolve, onExit })
    opened.push(thread)
    thread.send({ kind: 'stop', id: 7, drainMs: 0 })
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

it('ends the thread that is ready, and tells, when it is closed', async () => {
  const told: string[] = []
  const threads = new FlowThreads(settings, () => told.push('gone'))
  threads.prepare([])
  await threads.close()
  expect(told).toEqual(['gone'])
})
