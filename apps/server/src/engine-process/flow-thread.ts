import { Worker } from 'node:worker_threads'
import { type Beat, createBeat } from './beat.ts'
import type { DurableFolders } from './durable/flow-durability.ts'
import type { WorkerCommand, WorkerEvent, WorkerSettings } from './messages.ts'

export interface FlowThreadOptions {
  readonly nodePackages: readonly string[]
  readonly heapMb: number
  readonly durable?: DurableFolders | undefined
  readonly isUnattended?: boolean | undefined
  readonly handlers: ThreadHandlers
}

export interface ThreadHandlers {
  onEvent(event: WorkerEvent): void
  /** Called once, when the thread is gone; nothing follows. */
  onExit(exit: ThreadExit): void
}

export interface ThreadExit {
  /** It reached the limit of its heap. */
  readonly isOutOfMemory: boolean
  /** What ended it, as far as it is known here. */
  readonly error?: Error
  readonly exitCode: number
}

/** The thread in which one flow runs. */
export class FlowThread {
  readonly beat: Beat
  /** Who is told from now on. */
  handlers: ThreadHandlers
  private readonly worker: Worker
  private readonly exited: Promise<void>

  constructor(options: FlowThreadOptions) {
    this.beat = createBeat()
    this.handlers = options.handlers
    this.worker = startWorker(options, this.beat)
    this.worker.on('message', (event: WorkerEvent) => this.handlers.onEvent(event))
    let error: Error | undefined
    this.worker.on('error', (thrown: unknown) => {
      error = thrown instanceof Error ? thrown : new Error(String(thrown))
    })
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', (exitCode) => {
        this.handlers.onExit({
          exitCode,
          isOutOfMemory: isOutOfMemory(error),
          ...(error && { error }),
        })
        resolve()
      })
    })
  }

  send(command: WorkerCommand): void {
    if (command.kind === 'requests' && command.bodies !== null) {
      this.worker.postMessage(command, [command.bodies.buffer])
    } else {
      this.worker.postMessage(command)
    }
  }

  /** Ends the thread by force. False when it did not end in that time. */
  terminate(withinMs: number): Promise<boolean> {
    // Settles with `exited`, which is waited for instead because it can be given up.
    void this.worker.terminate()
    return isWithin(this.exited, withinMs)
  }
}

function startWorker(options: FlowThreadOptions, beat: Beat): Worker {
  const settings: WorkerSettings = {
    beatMemory: beat.memory,
    nodePackages: options.nodePackages,
    durable: options.durable,
    isUnattended: options.isUnattended,
  }
  return new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'flow',
    workerData: settings,
    resourceLimits: {
      maxOldGenerationSizeMb: options.heapMb,
      maxYoungGenerationSizeMb: 24,
      stackSizeMb: 4,
    },
  })
}

function isOutOfMemory(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

async function isWithin(done: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const isDone = await Promise.race([done.then(() => true), tooLong])
  clearTimeout(timer)
  return isDone
}
