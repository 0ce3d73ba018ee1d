import type { Socket } from 'socket.io'
import type { ClientEvents, DebugBatch, ServerEvents } from '@millrace/protocol'

export type LiveSocket = Socket<ClientEvents, ServerEvents>

/** The part of a socket that is needed here. */
export interface Recipient {
  readonly conn: { on(event: 'drain', listener: () => void): unknown }
  emit: LiveSocket['emit']
}

type LossyEvent = 'counters' | 'points' | 'debug' | 'taps' | 'log' | 'server'

/** Batches on their way to an editor that takes none off; more are left out. */
const waitingMax = 24

/**
 * What may be left out where an editor cannot keep up. Socket.io's own volatile events would not
 * do: of several in one turn it leaves out all but the first.
 */
export class Outbox {
  readonly #socket: Recipient
  #waiting = 0
  readonly #dropped = new Map<string, number>()

  constructor(socket: Recipient) {
    this.#socket = socket
    // The connection says so whenever it has handed over all that waited.
    socket.conn.on('drain', () => {
      this.#waiting = 0
    })
  }

  send<Name extends LossyEvent>(event: Name, ...told: Parameters<ServerEvents[Name]>): void {
    if (this.#waiting >= waitingMax) return
    this.#waiting += 1
    this.#socket.emit(event, ...told)
  }

  /** Debug values that are left out are counted in the next batch that is not. */
  sendDebug(batch: DebugBatch): void {
    if (this.#waiting >= waitingMax) {
      for (const { node } of batch.entries) this.#count(node, 1)
      for (const [node, count] of Object.entries(batch.dropped)) this.#count(node, count)
      return
    }
    if (this.#dropped.size === 0) return this.send('debug', batch)
    for (const [node, count] of Object.entries(batch.dropped)) this.#count(node, count)
    this.send('debug', { ...batch, dropped: Object.fromEntries(this.#dropped) })
    this.#dropped.clear()
  }

  /** For another flow nothing has been left out yet. */
  forget(): void {
    this.#dropped.clear()
  }

  #count(node: string, count: number): void {
    this.#dropped.set(node, (this.#dropped.get(node) ?? 0) + count)
  }
}
