import type { FlowSeat, SeatHandlers } from './flow-seat.ts'
import { FlowThread } from './flow-thread.ts'
import type { EngineSettings } from './messages.ts'

/** After this time without a word a deployment is no longer taken to be likely. */
const keptForMs = 60_000

/**
 * Gives places in threads to flows. The first few flows get a thread each, further ones join them
 * where least is going on: a thread of its own takes each flow some 40 MB, a place in one a fraction
 * of that.
 * A thread can be made ready ahead, so that a deployment need not wait for its start and for
 * modules to load; it takes memory, so it is there only while somebody is at work.
 */
export class FlowThreads {
  private readonly settings: EngineSettings
  private readonly onSpareGone: () => void
  private readonly threads = new Set<FlowThread>()
  private spare: FlowSeat | undefined
  private expiry: NodeJS.Timeout | undefined

  /** `onSpareGone` is called when a thread that was ready ended and no flow had taken it. */
  constructor(settings: EngineSettings, onSpareGone: () => void) {
    this.settings = settings
    this.onSpareGone = onSpareGone
  }

  /** A place in a thread with no more than `companyMax` flows in all. */
  open(handlers: SeatHandlers, companyMax: number): FlowSeat {
    const shared = this.threadFor(companyMax)
    if (shared !== undefined) return shared.seat(handlers, companyMax)
    const { spare } = this
    if (spare === undefined) return this.start().seat(handlers, companyMax)
    this.forget()
    spare.handlers = handlers
    spare.companyMax = companyMax
    return spare
  }

  /** Has a thread ready that has loaded these node types. */
  prepare(types: readonly string[]): void {
    clearTimeout(this.expiry)
    this.expiry = setTimeout(() => void this.close(), keptForMs)
    this.spare ??= this.startSpare()
    // Nobody waits for the answer: what cannot be loaded is told when the flow is deployed.
    this.spare.send({ kind: 'prepare', id: 0, types })
  }

  /** Called again and again. */
  measureLoad(): void {
    for (const thread of this.threads) thread.measureLoad()
  }

  async close(): Promise<void> {
    const { spare } = this
    // At once, so that no flow takes a thread that is about to end.
    this.forget()
    await spare?.leave(this.settings.terminateMs)
  }

  /** The thread to join; undefined where the flow is to have one to itself. */
  private threadFor(companyMax: number): FlowThread | undefined {
    const { ownThreads, companyMax: usualMax } = this.settings.sharing ?? noSharing
    const inUse = [...this.threads].filter(
      (thread) => !thread.isEnding && thread !== this.spare?.thread,
    )
    if (inUse.length < ownThreads) return undefined
    const withRoom = inUse.filter(
      (thread) => thread.count < Math.min(companyMax, usualMax, thread.companyMax),
    )
    const costOf = (thread: FlowThread): number => thread.count + thread.load * usualMax
    return withRoom.toSorted((a, b) => costOf(a) - costOf(b))[0]
  }

  private start(): FlowThread {
    const { nodePackages, flowHeapMb, durable, isUnattended } = this.settings
    const thread: FlowThread = new FlowThread({
      nodePackages,
      heapMb: flowHeapMb,
      durable,
      isUnattended,
      onExit: () => this.threads.delete(thread),
    })
    this.threads.add(thread)
    return thread
  }

  private startSpare(): FlowSeat {
    const onExit = (): void => {
      if (this.spare === spare) this.forget()
      this.onSpareGone()
    }
    const spare: FlowSeat = this.start().seat({ flow: '', onEvent: () => undefined, onExit }, 1)
    return spare
  }

  private forget(): void {
    clearTimeout(this.expiry)
    this.spare = undefined
  }
}

const noSharing = { ownThreads: Infinity, companyMax: 1 }
