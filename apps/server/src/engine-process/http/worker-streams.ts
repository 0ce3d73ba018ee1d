import type { HttpStream, HttpStreamEvents } from '@millrace/sdk'
import { chunkLength } from './stream-batches.ts'
import type { StreamBatch, StreamedBatch, StreamNews, StreamStep } from './stream-batches.ts'

export interface WorkerStreamsOptions {
  readonly sendSteps: (batch: StreamBatch) => void
  /** Calls once, when the present turn of the event loop is over. */
  readonly soon: (run: () => void) => void
  readonly onError: (error: unknown) => void
}

/** Answers that go on, at the worker's end. */
export class WorkerStreams {
  private readonly options: WorkerStreamsOptions
  private readonly streams = new Map<number, WorkerStream>()
  private steps: StreamStep[] = []

  constructor(options: WorkerStreamsOptions) {
    this.options = options
  }

  open(
    id: number,
    head: Extract<StreamStep, { step: 'open' }>['head'],
    events: HttpStreamEvents,
  ): HttpStream {
    const stream = new WorkerStream(id, events, (step) => this.queue(step))
    this.streams.set(id, stream)
    this.queue({ step: 'open', id, head })
    return stream
  }

  get(id: number): HttpStream | undefined {
    return this.streams.get(id)
  }

  onNews({ news: list }: StreamedBatch): void {
    for (const news of list) {
      try {
        this.onOne(news)
      } catch (error) {
        this.streams.get(news.id)?.destroy()
        this.options.onError(error)
      }
    }
  }

  private onOne(news: StreamNews): void {
    const stream = this.streams.get(news.id)
    if (stream === undefined) return
    if (news.news === 'data') stream.onData(news.chunk)
    else if (news.news === 'left') stream.onLeft(news.bytes)
    else {
      this.streams.delete(news.id)
      stream.onClosed()
    }
  }

  private queue(step: StreamStep): void {
    if (this.steps.length === 0) this.options.soon(() => this.flush())
    const last = this.steps.at(-1)
    // The same to one client after the other is sent across once.
    const isSame = step.step === 'write' && last?.step === 'write' && last.chunk === step.chunk
    if (isSame) last.ids.push(...step.ids)
    else this.steps.push(step)
  }

  private flush(): void {
    const steps = this.steps.map(ofItsOwn)
    this.steps = []
    this.options.sendSteps({ kind: 'streams', steps })
  }
}

/** A view is copied, because cloning it would copy the whole buffer under it. */
function ofItsOwn(step: StreamStep): StreamStep {
  if (step.step !== 'write' || typeof step.chunk === 'string') return step
  return { ...step, chunk: new Uint8Array(step.chunk) }
}

class WorkerStream implements HttpStream {
  private readonly id: number
  private readonly events: HttpStreamEvents
  private readonly queue: (step: StreamStep) => void
  private buffered = 0
  private isOpen = true

  constructor(id: number, events: HttpStreamEvents, queue: (step: StreamStep) => void) {
    this.id = id
    this.events = events
    this.queue = queue
  }

  get bufferedBytes(): number {
    return this.buffered
  }

  write(chunk: string | Uint8Array): void {
    if (!this.isOpen) return
    this.buffered += chunkLength(chunk)
    this.queue({ step: 'write', ids: [this.id], chunk })
  }

  end(): void {
    if (this.isOpen) this.queue({ step: 'end', id: this.id })
  }

  destroy(): void {
    if (this.isOpen) this.queue({ step: 'destroy', id: this.id })
  }

  onData(chunk: Uint8Array): void {
    const taken = (): void => {
      if (this.isOpen) this.queue({ step: 'taken', id: this.id, bytes: chunk.length })
    }
    if (this.events.onData === undefined) taken()
    else this.events.onData(chunk, taken)
  }

  onLeft(bytes: number): void {
    this.buffered -= bytes
    this.events.onDrain?.()
  }

  onClosed(): void {
    this.isOpen = false
    this.events.onClose?.()
  }
}
