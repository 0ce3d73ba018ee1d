import type { HttpResponse, HttpStream, HttpStreamEvents } from '../context.ts'

/** An answer that goes on, in memory: what a client would have got. */
export class TestStream implements HttpStream {
  readonly head: Omit<HttpResponse, 'body'> | undefined
  /** All that was written, in order. */
  readonly chunks: (string | Uint8Array)[] = []
  isOpen = true
  /** What is written stays in the buffer until `read`. */
  isStuck = false
  private readonly events: HttpStreamEvents
  private buffered = 0

  constructor(head: Omit<HttpResponse, 'body'> | undefined, events: HttpStreamEvents) {
    this.head = head
    this.events = events
  }

  get bufferedBytes(): number {
    return this.buffered
  }

  write(chunk: string | Uint8Array): void {
    if (!this.isOpen) return
    this.chunks.push(chunk)
    if (this.isStuck) this.buffered += chunk.length
  }

  end(): void {
    this.destroy()
  }

  destroy(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.events.onClose?.()
  }

  /** The client reads all that is in the buffer. */
  read(): void {
    this.buffered = 0
    this.events.onDrain?.()
  }

  /** The client sends bytes. */
  receive(bytes: Uint8Array): void {
    this.events.onData?.(bytes, () => undefined)
  }
}
