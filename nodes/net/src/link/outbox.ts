import { NodeError } from '@millrace/sdk'
import type { Hold } from '@millrace/sdk'

/** Takes bytes to the other side; `done` once they left, or with what kept them. */
export type Send = (bytes: string | Uint8Array, done: (error?: unknown) => void) => void

export interface OutboxOptions {
  readonly release: (hold: Hold, error?: unknown) => void
  readonly pressure: (isHigh: boolean) => void
  /** Bytes that may wait; over half of it the flow is slowed, over all of it messages are refused. */
  readonly bytesMax: number
}

interface Waiting {
  readonly bytes: string | Uint8Array
  readonly hold: Hold
}

/**
 * Messages on their way out over a connection that may break: what did not leave before it broke is
 * sent again over the next one. So many are given to the connection at a time that it is never
 * idle, and the rest waits here.
 */
export class Outbox {
  private readonly options: OutboxOptions
  private queue: Waiting[] = []
  private readonly under = new Set<Waiting>()
  private bytes = 0
  private bytesUnder = 0
  private send: Send | undefined
  private isPressing = false

  constructor(options: OutboxOptions) {
    this.options = options
  }

  /** Throws a `NodeError` when it is full; `hold` is called only when it is not. */
  add(bytes: string | Uint8Array, hold: () => Hold): void {
    const { bytesMax } = this.options
    if (this.bytes > 0 && this.bytes + bytes.length > bytesMax) {
      const text = `More than ${bytesMax} bytes wait to be sent. Is the other side there, and quick enough?`
      throw new NodeError('NET_QUEUE_FULL', text)
    }
    this.queue.push({ bytes, hold: hold() })
    this.bytes += bytes.length
    this.advance()
  }

  /** A connection is there. */
  connected(send: Send): void {
    this.send = send
    this.advance()
  }

  /** It is gone; what did not leave goes first over the next one. */
  disconnected(): void {
    this.send = undefined
    this.queue = [...this.under, ...this.queue]
    this.under.clear()
    this.bytesUnder = 0
  }

  /** Gives up what waits, because the node closes. */
  close(): void {
    this.disconnected()
    const error = new NodeError('NET_CLOSED', 'The node was closed before the message was sent.')
    for (const { hold } of this.queue.splice(0)) this.options.release(hold, error)
    this.bytes = 0
    this.press()
  }

  private advance(): void {
    while (this.send !== undefined && this.bytesUnder < underMax) {
      const next = this.queue.shift()
      if (next === undefined) break
      this.under.add(next)
      this.bytesUnder += next.bytes.length
      this.send(next.bytes, (error) => this.left(next, error))
    }
    this.press()
  }

  private left(waiting: Waiting, error: unknown): void {
    // What fails with its connection goes over the next one.
    if (error !== undefined || !this.under.delete(waiting)) return
    this.bytesUnder -= waiting.bytes.length
    this.bytes -= waiting.bytes.length
    this.options.release(waiting.hold)
    this.advance()
  }

  private press(): void {
    const limit = this.options.bytesMax / (this.isPressing ? 4 : 2)
    const isHigh = this.bytes > limit
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.options.pressure(isHigh)
  }
}

/** Given to a connection at a time. */
const underMax = 262_144
