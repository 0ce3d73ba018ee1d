import type { FlowThread } from './flow-thread.ts'
import type { WorkerCommand, WorkerEvent } from './messages.ts'

export interface SeatHandlers {
  readonly flow: string
  onEvent(event: WorkerEvent): void
  /** Called once, when the flow is out of its thread; nothing follows. */
  onExit(exit: ThreadExit): void
}

export interface ThreadExit {
  /** The thread reached the limit of its heap. */
  readonly isOutOfMemory: boolean
  /** What ended it, as far as it is known here. */
  readonly error?: Error
  readonly exitCode: number
  /** How many flows ended together. */
  readonly company: number
  /** The one that is to blame, where it is known. */
  readonly culprit: FlowSeat | undefined
}

/** The place of one flow in a thread. */
export class FlowSeat {
  readonly thread: FlowThread
  readonly number: number
  /** So many flows may be in the thread; 1 is to be alone. */
  companyMax: number
  /** Who is told from now on. */
  handlers: SeatHandlers
  /** `marker[0]`: index of the flow's node whose code runs now, −1 when none does. */
  readonly marker = new Int32Array(new SharedArrayBuffer(markerBytes)).fill(-1)
  /** Nodes of the flow may be loading, which takes longer than a message. */
  isChanging = false
  /** Settles when the flow is out of its thread. */
  readonly left: Promise<void>
  private readonly onLeft: () => void

  constructor(
    thread: FlowThread,
    options: {
      readonly number: number
      readonly handlers: SeatHandlers
      readonly companyMax: number
    },
  ) {
    this.thread = thread
    this.number = options.number
    this.handlers = options.handlers
    this.companyMax = options.companyMax
    const { promise, resolve } = Promise.withResolvers<void>()
    this.left = promise
    this.onLeft = resolve
  }

  send(command: WorkerCommand): void {
    this.thread.send(this.number, command)
  }

  runningNode(): number {
    return Atomics.load(this.marker, 0)
  }

  /** Ends by force what the flow does, with its thread. False when that did not end in that time. */
  kill(withinMs: number): Promise<boolean> {
    return this.thread.terminate(withinMs, this.thread.runningSeat())
  }

  /** To be called when the flow has stopped, or did not start. */
  leave(withinMs: number): Promise<boolean> {
    return this.thread.leave(this, withinMs)
  }

  onEvent(event: WorkerEvent): void {
    this.handlers.onEvent(event)
  }

  onExit(exit: ThreadExit): void {
    this.onLeft()
    this.handlers.onExit(exit)
  }
}

// A line of the processor's cache, so that flows of several threads do not write to the same.
const markerBytes = 64
