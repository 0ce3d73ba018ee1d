import type { FlowSeat, SeatHandlers, ThreadExit } from './flow-seat.ts'
import type { FlowThreads } from './flow-threads.ts'
import type { RequestBatch } from './http/batches.ts'
import type { StreamedBatch } from './http/stream-batches.ts'
import type { FlowPort, RouteOwner } from './http/flow-port.ts'
import type {
  CommandResult,
  EngineSettings,
  FlowEnd,
  FlowReports,
  NodeAction,
  Refusal,
  SpecText,
  Suspect,
  WorkerCommand,
  WorkerEvent,
} from './messages.ts'
import { Watchdog } from './watchdog.ts'
import type { Watched } from './watched.ts'

export interface FlowHostOptions {
  readonly flow: string
  readonly settings: EngineSettings
  readonly port: FlowPort
  readonly threads: FlowThreads
  readonly now: () => number
  readonly checkPeriodMs: number
  onReports(batch: FlowReports): void
  /** The flow ended without being told to. */
  onEnd(end: FlowEnd): void
  /** Its sources have come to their end. */
  onFinished(): void
  /** The flow is to be ended, and does not let itself be. */
  onDoomed(end: FlowEnd): void
}

/** A command that the flow refused or could not answer any more. */
export class CommandRefused extends Error {
  readonly refusal: Refusal

  constructor({ code, message, node, end, isStillRunning }: Refusal) {
    super(message)
    this.refusal = {
      code,
      message,
      node,
      ...(end !== undefined && { end }),
      ...(isStillRunning !== undefined && { isStillRunning }),
    }
  }
}

interface Call {
  resolve(result: CommandResult): void
  reject(error: CommandRefused): void
}

interface Running {
  readonly seat: FlowSeat
  readonly watchdog: Watchdog
  /** By index in the marker. */
  readonly nodes: string[]
  suspect: Suspect | undefined
  /** Memory of the process at the last beat of the flow. */
  beatAtBytes: number
  /** Why it is being ended by force. */
  end: FlowEnd | undefined
  /** Ending is what was asked for. */
  isLeaving: boolean
}

type WithoutId<Command> = Command extends { readonly id: number } ? Omit<Command, 'id'> : never

/** One flow in the engine process: its thread while it runs, its routes, and an eye on both. */
export class FlowHost implements RouteOwner {
  private readonly options: FlowHostOptions
  private readonly calls = new Map<number, Call>()
  private running: Running | undefined
  private isChanging = false
  private callsMade = 0

  constructor(options: FlowHostOptions) {
    this.options = options
  }

  get isRunning(): boolean {
    return this.running !== undefined
  }

  get suspect(): Suspect | undefined {
    return this.running?.suspect
  }

  get heapBytes(): number {
    return this.running?.seat.thread.beat.heapBytes() ?? 0
  }

  /** Rejects with `CommandRefused`; after a start that failed the flow does not run. */
  async deploy(spec: SpecText, watched: Watched, companyMax: number): Promise<CommandResult> {
    const { port, now } = this.options
    const startedMs = now()
    const running = this.running
    if (running === undefined && spec.kind === 'change') throw new CommandRefused(notRunning)
    this.isChanging = true
    let seat: FlowSeat | undefined
    try {
      const kind = running === undefined ? 'start' : 'update'
      this.running ??= this.takeSeat(companyMax)
      seat = this.running.seat
      seat.isChanging = true
      const result = await this.call({ kind, spec, watched })
      if (hasTouchedNodes(result)) this.failForgotten(startedMs)
      port.dropParked(this)
      return result
    } catch (error) {
      if (isStillRunning(error)) port.dropParked(this)
      else await this.leave()
      throw error
    } finally {
      this.isChanging = false
      if (seat !== undefined) seat.isChanging = false
    }
  }

  /**
   * What a node that is gone had taken in is never answered. What other nodes have is, as a rule
   * soon; so that they are not answered for meanwhile, it is given a while.
   */
  private failForgotten(startedBeforeMs: number): void {
    const timer = setTimeout(
      () => this.options.port.failOlder(this, startedBeforeMs),
      forgottenAfterMs,
    )
    timer.unref()
  }

  /** Drains the flow and ends its thread, by force where it does not drain in time. */
  async stop(drainMs: number): Promise<void> {
    if (this.running !== undefined) {
      this.running.isLeaving = true
      this.options.port.park(this)
      await this.call({ kind: 'stop', drainMs }, drainMs + stopGraceMs).catch(noteNothing)
    }
    await this.leave()
  }

  async act(action: NodeAction): Promise<CommandResult> {
    if (this.running === undefined) throw new CommandRefused(notRunning)
    return this.call({ kind: 'action', ...action })
  }

  watch(watched: Watched): void {
    this.running?.seat.send({ kind: 'watch', watched })
  }

  /** Called again and again; ends a flow that is stuck. */
  check(
    nowMs: number,
    { memoryBytes, share }: { readonly memoryBytes: number; readonly share: number },
  ): void {
    const { running } = this
    if (running === undefined || running.end !== undefined) return
    const { thread } = running.seat
    const isLoading = thread.isChanging && thread.runningSeat() === undefined
    const isBusy = isLoading || thread.isStoring
    const { beat, waitedMs } = thread
    const reading = { beats: beat.beats(), runningNode: isBusy ? -1 : 0, waitedMs, share }
    const verdict = running.watchdog.check(nowMs, reading)
    if (verdict.forMs === 0) running.beatAtBytes = memoryBytes
    if (verdict.state === 'well' || !thread.isAnswerable(running.seat)) {
      running.suspect = undefined
      return
    }
    const { flow } = this.options
    const node = this.runningNode()
    running.suspect = { flow, node, forMs: Math.round(verdict.forMs) }
    if (verdict.state === 'stuck') void this.kill(this.stuckEnd(running, memoryBytes))
  }

  /** A flow that fills its heap spends its last seconds collecting garbage. */
  private stuckEnd({ suspect, beatAtBytes }: Running, memoryBytes: number): FlowEnd {
    const { flow, settings } = this.options
    const grownMb = (memoryBytes - beatAtBytes) / 2 ** 20
    return grownMb > settings.flowHeapMb / 2
      ? { flow, cause: 'memory', node: suspect?.node, detail: String(settings.flowHeapMb) }
      : { flow, cause: 'stuck', node: suspect?.node, detail: String(settings.stuckMs) }
  }

  /** Ends the flow by force, or says that it cannot be. */
  async kill(end: FlowEnd): Promise<void> {
    const { running } = this
    if (running === undefined || running.end !== undefined) return
    running.end = end
    this.parkAndFail()
    const isEnded = await running.seat.kill(this.options.settings.terminateMs)
    if (!isEnded) this.options.onDoomed(end)
  }

  /** The node whose code runs at this moment, where one does. */
  runningNode(): string | undefined {
    const { running } = this
    return running?.nodes[running.seat.runningNode()]
  }

  send(batch: RequestBatch | StreamedBatch): void {
    this.running?.seat.send(batch)
  }

  onBadAnswer(error: unknown): void {
    const text = `An HTTP answer could not be sent: ${error instanceof Error ? error.message : String(error)}`
    this.options.onReports({ log: [{ time: Date.now(), level: 'error', text }] })
  }

  private takeSeat(companyMax: number): Running {
    const { settings, threads, now, checkPeriodMs } = this.options
    const { stuckMs, silentMs } = settings
    const handlers: SeatHandlers = {
      flow: this.options.flow,
      onEvent: (event) => this.onEvent(running, event),
      onExit: (exit) => this.onExit(running, exit),
    }
    const running: Running = {
      seat: threads.open(handlers, companyMax),
      watchdog: new Watchdog({ stuckMs, silentMs }, { nowMs: now(), checkPeriodMs }),
      nodes: [],
      suspect: undefined,
      beatAtBytes: Infinity,
      end: undefined,
      isLeaving: false,
    }
    return running
  }

  private async leave(): Promise<void> {
    const { running, options } = this
    options.port.drop(this)
    if (running === undefined) return
    running.isLeaving = true
    const isEnded = await running.seat.leave(options.settings.terminateMs)
    if (isEnded) return
    options.onDoomed({
      flow: options.flow,
      cause: 'stuck',
      node: this.runningNode(),
      detail: String(options.settings.terminateMs),
    })
  }

  private async call(command: WithoutId<WorkerCommand>, limitMs?: number): Promise<CommandResult> {
    const { running } = this
    if (running === undefined) throw new CommandRefused(notRunning)
    this.callsMade += 1
    const id = this.callsMade
    const answered = new Promise<CommandResult>((resolve, reject) => {
      this.calls.set(id, { resolve, reject })
    })
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => this.settle(id)?.reject(new CommandRefused(tooSlow)), limitMs)
    running.seat.send({ ...command, id })
    try {
      return await answered
    } finally {
      clearTimeout(timer)
    }
  }

  private settle(id: number): Call | undefined {
    const call = this.calls.get(id)
    this.calls.delete(id)
    return call
  }

  private onEvent(running: Running, event: WorkerEvent): void {
    switch (event.kind) {
      case 'responses':
        return this.options.port.onResponses(event)
      case 'streams':
        return this.options.port.onStreams(this, event)
      case 'reports':
        return this.options.onReports(event.batch)
      case 'finished':
        return this.options.onFinished()
      case 'done':
        return this.settle(event.id)?.resolve(event.result)
      case 'refused':
        return this.settle(event.id)?.reject(new CommandRefused(event))
      case 'step':
        // Connections are tested in threads without a flow.
        return
      case 'seated':
        for (const { index, node } of event.seats) running.nodes[index] = node
        return
      case 'take-route':
        return answerTake(running, this.options.port.take(this, event.number, event.route))
      case 'release-route':
        return this.options.port.release(this, event.number, { park: this.isChanging })
      case 'crashed':
        running.end ??= { flow: this.options.flow, cause: 'exception', ...pick(event) }
        return
      case 'halted':
        running.end ??= { flow: this.options.flow, cause: 'halted', ...pick(event) }
        return
    }
  }

  private onExit(running: Running, exit: ThreadExit): void {
    const end = this.endOf(running, exit)
    this.running = undefined
    for (const call of this.calls.values()) call.reject(new CommandRefused(refusalOf(end)))
    this.calls.clear()
    if (running.isLeaving) return
    this.parkAndFail()
    // Who asked for the change learns of the end by its failure.
    if (!this.isChanging) this.options.onEnd(end)
  }

  private endOf(running: Running, exit: ThreadExit): FlowEnd {
    const { flow, settings } = this.options
    if (exit.company > 1 && exit.culprit !== running.seat) return this.endOfCompany(exit)
    if (running.end !== undefined && !exit.isOutOfMemory) return running.end
    const node = running.nodes[running.seat.runningNode()]
    if (exit.isOutOfMemory) {
      return { flow, cause: 'memory', node, detail: String(settings.flowHeapMb) }
    }
    if (exit.error !== undefined) {
      return { flow, cause: 'exception', node, detail: exit.error.message }
    }
    return { flow, cause: 'exit', node, detail: String(exit.exitCode) }
  }

  /** Another flow ended the thread, or nobody knows which one did. */
  private endOfCompany({ culprit, company, error }: ThreadExit): FlowEnd {
    const end = { flow: this.options.flow, cause: 'company', detail: error?.message ?? '' } as const
    return culprit === undefined ? { ...end, company } : { ...end, culprit: culprit.handlers.flow }
  }

  private parkAndFail(): void {
    this.options.port.park(this)
    this.options.port.fail(this)
  }
}

const stopGraceMs = 2_000
const forgottenAfterMs = 1_000

export const notRunning: Refusal = { code: 'FLOW_NOT_RUNNING', message: 'The flow does not run.' }
const tooSlow: Refusal = { code: 'FLOW_TOO_SLOW', message: 'The flow did not answer in time.' }

function isStillRunning(error: unknown): boolean {
  return error instanceof CommandRefused && error.refusal.isStillRunning === true
}

function refusalOf(end: FlowEnd): Refusal {
  return { code: 'FLOW_ENDED', message: `The flow ended: ${end.detail}`, node: end.node, end }
}

function hasTouchedNodes(result: CommandResult): boolean {
  if (result.kind !== 'deployed') return false
  return result.report.restarted.length > 0 || result.report.removed.length > 0
}

function answerTake(running: Running, isFree: boolean): void {
  const { answer } = running.seat.thread.beat
  Atomics.store(answer, 0, isFree ? 1 : 2)
  Atomics.notify(answer, 0)
}

function pick({ node, detail }: { node?: string | undefined; detail: string }): {
  node: string | undefined
  detail: string
} {
  return { node, detail }
}

/** A flow that cannot drain is ended by force right after. */
function noteNothing(): undefined {
  return undefined
}
