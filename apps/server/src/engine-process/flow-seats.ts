import type { FlowWorker } from './flow-worker.ts'
import type { ThreadMessage, ThreadWord, WorkerEvent } from './messages.ts'

export interface FlowSeatsOptions {
  say(word: ThreadWord): void
  /** Makes room for a flow; `leave` is for one that ends by itself. */
  open(marker: Int32Array, post: (event: WorkerEvent) => void, leave: () => void): FlowWorker
  /** Ends the thread. */
  exit(): void
}

/** The flows in a thread, seen from within it. */
export class FlowSeats {
  private readonly options: FlowSeatsOptions
  private readonly flows = new Map<number, FlowWorker>()

  constructor(options: FlowSeatsOptions) {
    this.options = options
  }

  obey(message: ThreadMessage): void {
    const { seat } = message
    if (message.kind === 'seat') this.open(seat, message.marker)
    else if (message.kind === 'leave') void this.leave(seat)
    else this.flows.get(seat)?.obey(message.command)
  }

  takesRejection(promise: object, reason: unknown): boolean {
    for (const flow of this.flows.values()) if (flow.takesRejection(promise, reason)) return true
    return false
  }

  /** Ends the thread because of an error that nobody caught, telling whose it is as far as known. */
  crash(error: unknown): void {
    const flows = [...this.flows.values()]
    const culprit = flows.find((flow) => flow.isRunningNode)
    if (culprit !== undefined) culprit.crash(error)
    else if (flows.length === 1) flows[0]?.crash(error)
    this.options.exit()
  }

  private open(seat: number, marker: Int32Array): void {
    const post = (event: WorkerEvent): void => this.options.say({ kind: 'event', seat, event })
    const flow = this.options.open(marker, post, () => void this.leave(seat))
    this.flows.set(seat, flow)
  }

  private async leave(seat: number): Promise<void> {
    await this.flows.get(seat)?.leave()
    this.flows.delete(seat)
    this.options.say({ kind: 'left', seat })
  }
}
