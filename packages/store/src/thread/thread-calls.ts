import { Worker } from 'node:worker_threads'
import { StoreError } from '../store-error.ts'

/** What threads of this package answer: the result, or what was wrong. */
export type ThreadAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: string; readonly message: string }

export interface ThreadCall {
  readonly id: number
  readonly request: unknown
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

const heapMb = 512

/** A worker thread that is asked and answers. It starts when it is first asked, and again after it ended. */
export class ThreadCalls {
  readonly #entry: URL
  readonly #settings: unknown
  readonly #onStart: () => void
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #count = 0

  constructor(entry: URL, settings: unknown, onStart: () => void = () => undefined) {
    this.#entry = entry
    this.#settings = settings
    this.#onStart = onStart
  }

  get isRunning(): boolean {
    return this.#worker !== undefined
  }

  /** Starts the thread where it does not run, as something has to be known of it before it is asked. */
  start(): void {
    this.#worker ??= this.#open()
  }

  ask(request: unknown, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    this.start()
    this.#count += 1
    const id = this.#count
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker?.postMessage({ id, request } satisfies ThreadCall, transfer)
    })
  }

  /** Ends the thread, whatever it does; who waits for it gets the error. */
  async end(error: StoreError): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#failAll(error)
    await worker?.terminate()
  }

  #open(): Worker {
    const worker = new Worker(this.#entry, {
      workerData: this.#settings,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    })
    worker.unref()
    worker.on('message', (answer: ThreadAnswer) => this.#onAnswer(answer))
    worker.on('error', (error) => this.#onEnd(worker, error))
    worker.on('exit', () => this.#onEnd(worker, new Error('it ended')))
    this.#onStart()
    return worker
  }

  #onAnswer(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('result' in answer) waiting?.resolve(answer.result)
    else waiting?.reject(new StoreError(answer.code, answer.message))
  }

  #onEnd(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#failAll(
      new StoreError('STORE_THREAD_ENDED', `The thread of the store ended: ${String(cause)}.`),
    )
  }

  #failAll(error: StoreError): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(error)
  }
}
