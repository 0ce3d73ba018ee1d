import { FlowThread, type ThreadHandlers } from './flow-thread.ts'
import type { EngineSettings } from './messages.ts'

/** After this time without a word a deployment is no longer taken to be likely. */
const keptForMs = 60_000

/**
 * Gives threads to flows. One can be made ready ahead, so that a deployment need not wait for its
 * start and for modules to load; it takes memory, so it is there only while somebody is at work.
 */
export class FlowThreads {
  private readonly settings: EngineSettings
  private readonly onSpareGone: () => void
  private spare: FlowThread | undefined
  private expiry: NodeJS.Timeout | undefined

  /** `onSpareGone` is called when a thread that was ready ended and no flow had taken it. */
  constructor(settings: EngineSettings, onSpareGone: () => void) {
    this.settings = settings
    this.onSpareGone = onSpareGone
  }

  open(handlers: ThreadHandlers): FlowThread {
    const { spare } = this
    if (spare === undefined) return this.start(handlers)
    this.forget()
    spare.handlers = handlers
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

  async close(): Promise<void> {
    const { spare } = this
    // At once, so that no flow takes a thread that is about to end.
    this.forget()
    await spare?.terminate(this.settings.terminateMs)
  }

  private start(handlers: ThreadHandlers): FlowThread {
    const { nodePackages, flowHeapMb: heapMb, durable, isUnattended } = this.settings
    return new FlowThread({ nodePackages, heapMb, durable, isUnattended, handlers })
  }

  private startSpare(): FlowThread {
    const onExit = (): void => {
      if (this.spare === spare) this.forget()
      this.onSpareGone()
    }
    const spare: FlowThread = this.start({ onEvent: () => undefined, onExit })
    return spare
  }

  private forget(): void {
    clearTimeout(this.expiry)
    this.spare = undefined
  }
}
