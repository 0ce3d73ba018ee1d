import { Worker } from 'node:worker_threads'
import type { BrokerCommand, BrokerEvent, BrokerWorkerData } from './broker-worker.ts'

export interface BrokerThreadOptions {
  readonly data: BrokerWorkerData
  onIdle(): void
  /** Called once, when the thread is gone, with what was wrong if something was. */
  onExit(reason: string): void
}

const closeWithinMs = 2_000

/** The thread in which the broker runs, from its start to its end. */
export class BrokerThread {
  /** Settles when the broker takes connections; rejects when it cannot. */
  readonly opened: Promise<void>
  private readonly worker: Worker
  private readonly exited: Promise<void>

  constructor(options: BrokerThreadOptions) {
    const worker = new Worker(new URL('./broker-worker.ts', import.meta.url), {
      name: 'broker',
      workerData: options.data,
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
    })
    this.worker = worker
    const opened = Promise.withResolvers<void>()
    const exited = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.exited = exited.promise
    let reason = ''
    worker.on('error', (error: unknown) => (reason = String(error)))
    worker.on('message', (event: BrokerEvent) => {
      if (event.kind === 'open') return opened.resolve()
      if (event.kind === 'idle') return options.onIdle()
      if (event.kind === 'failed') reason = event.message
      void worker.terminate()
    })
    worker.on('exit', () => {
      opened.reject(new Error(`The embedded broker cannot start. ${reason}`))
      exited.resolve()
      options.onExit(reason)
    })
  }

  tell(command: BrokerCommand): void {
    this.worker.postMessage(command)
  }

  async close(): Promise<void> {
    const limit = setTimeout(() => void this.worker.terminate(), closeWithinMs)
    this.tell({ kind: 'close' })
    await this.exited
    clearTimeout(limit)
  }
}
