import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { loadNodeTypes } from '@millrace/catalog'
import { openDeployment, testConnection } from '@millrace/engine'
import type { HttpRoute } from '@millrace/sdk'
import { type Beat, openBeat } from './beat.ts'
import { FlowSeats } from './flow-seats.ts'
import { FlowWorker } from './flow-worker.ts'
import type { ThreadMessage, ThreadWord, WorkerEvent, WorkerSettings } from './messages.ts'
import { ownThreadNumber } from './processor-wait.ts'
import { schedule } from './schedule.ts'

const beatEveryMs = 250
const routeAnswerMs = 2_000

/** The entry of a thread in which flows run. */
function main(): void {
  const port = parentPort
  if (port === null) throw new Error('This file is the entry of a worker thread.')
  // Handed over by `FlowThread`, the only one that starts this file.
  const settings = workerData as WorkerSettings
  const beat = openBeat(settings.beatMemory)
  beat.setThreadNumber(ownThreadNumber())
  const say = (word: ThreadWord): void => port.postMessage(word)
  const seats = new FlowSeats({
    say,
    open: (marker, post, leave) => openFlow({ beat, settings, marker, post, leave }),
    exit: () => process.exit(1),
  })
  process.on('uncaughtException', (error) => seats.crash(error))
  process.on('unhandledRejection', (reason, promise) => {
    if (!seats.takesRejection(promise, reason)) seats.crash(reason)
  })
  setInterval(() => beat.beat(heapBytes()), beatEveryMs)
  port.on('message', (message: ThreadMessage) => seats.obey(message))
}

interface FlowParts {
  readonly beat: Beat
  readonly settings: WorkerSettings
  readonly marker: Int32Array
  readonly post: (event: WorkerEvent) => void
  readonly leave: () => void
}

function openFlow({ beat, settings, marker, post, leave }: FlowParts): FlowWorker {
  return new FlowWorker({
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    schedule,
    marker,
    post,
    takeRoute: (number, route) => takeRoute(beat, post, { number, route }),
    loadNodeTypes: (types) => loadNodeTypes(types, settings.nodePackages),
    openDeployment,
    testConnection,
    beat: () => beat.beat(heapBytes()),
    durable: settings.durable,
    isUnattended: settings.isUnattended,
    exit: leave,
  })
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
