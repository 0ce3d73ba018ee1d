import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { loadNodeTypes } from '@millrace/catalog'
import { openDeployment, testConnection } from '@millrace/engine'
import type { HttpRoute } from '@millrace/sdk'
import { type Beat, openBeat } from './beat.ts'
import { FlowWorker } from './flow-worker.ts'
import type { WorkerCommand, WorkerEvent, WorkerSettings } from './messages.ts'
import { schedule } from './schedule.ts'

const beatEveryMs = 250
const routeAnswerMs = 2_000

/** The entry of a thread in which one flow runs. */
function main(): void {
  const port = parentPort
  if (port === null) throw new Error('This file is the entry of a worker thread.')
  // Handed over by `FlowThread`, the only one that starts this file.
  const settings = workerData as WorkerSettings
  const beat = openBeat(settings.beatMemory)
  const post = (event: WorkerEvent): void => port.postMessage(event)
  const worker = new FlowWorker({
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    schedule,
    marker: beat.marker,
    post,
    takeRoute: (number, route) => takeRoute(beat, post, { number, route }),
    loadNodeTypes: (types) => loadNodeTypes(types, settings.nodePackages),
    openDeployment,
    testConnection,
    durable: settings.durable,
    exit: () => process.exit(1),
    isUnattended: settings.isUnattended,
  })
  const crash = (error: unknown): never => {
    worker.crash(error)
    process.exit(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', (reason, promise) => {
    if (!worker.takesRejection(promise, reason)) crash(reason)
  })
  setInterval(() => beat.beat(heapBytes()), beatEveryMs)
  port.on('message', (command: WorkerCommand) => worker.obey(command))
}

function heapBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/** Nodes take routes as they start, and have to know at once; the process answers within a turn. */
function takeRoute(
  beat: Beat,
  post: (event: WorkerEvent) => void,
  { number, route }: { number: number; route: HttpRoute },
): boolean {
  Atomics.store(beat.answer, 0, 0)
  post({ kind: 'take-route', number, route })
  Atomics.wait(beat.answer, 0, 0, routeAnswerMs)
  return Atomics.load(beat.answer, 0) === 1
}

main()
