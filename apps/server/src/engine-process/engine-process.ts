import { availableParallelism } from 'node:os'
import { checkInThread } from './check-thread.ts'
import { CommandRefused, FlowHost, notRunning } from './flow-host.ts'
import { FlowThreads } from './flow-threads.ts'
import { FlowPort, usualFlowPortLimits } from './http/flow-port.ts'
import type {
  CommandResult,
  EngineCommand,
  EngineEvent,
  EngineSettings,
  FlowEnd,
  Refusal,
} from './messages.ts'
import { returnMemory } from './return-memory.ts'
import { StartGate } from './start-gate.ts'
import { testInThread } from './test-thread.ts'

export interface EngineProcessOptions {
  readonly settings: EngineSettings
  readonly now: () => number
  readonly memoryBytes: () => number
  send(event: EngineEvent): void
}

const checkPeriodMs = 250
/** So long after it started, or stopped its last flow, the process returns memory. */
const idleAfterMs = 5_000
/** After a flow was stopped for its memory, the process is given so long to return it. */
const memoryGraceMs = 3_000
const startPatienceMs = 3_000

const nothing: CommandResult = { kind: 'nothing' }

/** All that the engine process does: flows by name, their HTTP port, and the watch over both. */
export class EngineProcess {
  private readonly options: EngineProcessOptions
  private readonly flows = new Map<string, FlowHost>()
  private readonly port: FlowPort
  private readonly threads: FlowThreads
  private readonly processors = availableParallelism()
  private readonly gate: StartGate
  private checker: NodeJS.Timeout | undefined
  private idleTimer: NodeJS.Timeout | undefined
  private memoryJudgedMs = 0

  constructor(options: EngineProcessOptions) {
    this.options = options
    const { http } = options.settings
    this.port = new FlowPort({ ...http, now: options.now, limits: usualFlowPortLimits })
    this.threads = new FlowThreads(options.settings, () => this.returnMemoryWhenIdle())
    this.gate = new StartGate({
      places: Math.max(2, this.processors),
      patienceMs: startPatienceMs,
    })
  }

  async open(): Promise<void> {
    const httpUrl = await this.port.listen()
    this.checker = setInterval(() => this.check(), checkPeriodMs)
    this.options.send({ kind: 'open', httpUrl })
    this.returnMemoryWhenIdle()
  }

  /** Does the command and sends its answer; never rejects. */
  async obey(command: Exclude<EngineCommand, { kind: 'open' }>): Promise<void> {
    if (command.kind === 'watch') {
      this.flows.get(command.flow)?.watch(command.watched)
      return
    }
    if (command.kind === 'prepare') {
      this.threads.prepare(command.types)
      return
    }
    const { id } = command
    try {
      this.options.send({ kind: 'done', id, result: await this.do(command) })
    } catch (error) {
      this.options.send({ kind: 'refused', id, ...refusalOf(error) })
    }
  }

  private async do(
    command: Exclude<EngineCommand, { kind: 'open' | 'watch' | 'prepare' }>,
  ): Promise<CommandResult> {
    switch (command.kind) {
      case 'deploy':
        return this.deploy(command)
      case 'stop':
        await this.stop(command.flow, command.drainMs)
        return nothing
      case 'action':
        return this.act(command)
      case 'test':
        return testInThread(command, this.options.settings, (step) =>
          this.options.send({ kind: 'step', id: command.id, step }),
        )
      case 'check':
        return checkInThread(command.json, this.options.settings)
      case 'close':
        await this.close(command.drainMs)
        return nothing
    }
  }

  private deploy({
    flow,
    spec,
    watched,
    companyMax,
  }: Extract<EngineCommand, { kind: 'deploy' }>): Promise<CommandResult> {
    const host = this.hostFor(flow)
    if (host.isRunning) return host.deploy(spec, watched, companyMax)
    return this.gate.run(() => host.deploy(spec, watched, companyMax))
  }

  private async act(command: Extract<EngineCommand, { kind: 'action' }>): Promise<CommandResult> {
    const host = this.flows.get(command.flow)
    if (host === undefined) throw new CommandRefused(notRunning)
    return host.act(command)
  }

  private async stop(flow: string, drainMs: number): Promise<void> {
    await this.flows.get(flow)?.stop(drainMs)
    this.flows.delete(flow)
    this.returnMemoryWhenIdle()
  }

  private returnMemoryWhenIdle(): void {
    clearTimeout(this.idleTimer)
    this.idleTimer = setTimeout(() => {
      if (this.flows.size === 0) returnMemory()
    }, idleAfterMs)
  }

  private async close(drainMs: number): Promise<void> {
    const stopping = [...this.flows.keys()].map((flow) => this.stop(flow, drainMs))
    await Promise.all([...stopping, this.threads.close()])
    clearInterval(this.checker)
    clearTimeout(this.idleTimer)
    await this.port.close()
  }

  private hostFor(flow: string): FlowHost {
    const present = this.flows.get(flow)
    if (present !== undefined) return present
    const { settings, now, send } = this.options
    const host = new FlowHost({
      flow,
      settings,
      port: this.port,
      threads: this.threads,
      now,
      checkPeriodMs,
      onReports: (batch) => send({ kind: 'reports', flow, batch }),
      onEnd: (end) => send({ kind: 'ended', end }),
      onFinished: () => send({ kind: 'finished', flow }),
      onDoomed: (end) => this.onDoomed(end),
    })
    this.flows.set(flow, host)
    return host
  }

  private check(): void {
    const nowMs = this.options.now()
    const memoryBytes = this.options.memoryBytes()
    const share = this.shareOfLate()
    for (const host of this.flows.values()) host.check(nowMs, { memoryBytes, share })
    this.judgeMemory(nowMs, memoryBytes)
    this.threads.measureLoad()
    const suspects = [...this.flows.values()].flatMap((host) => host.suspect ?? [])
    this.options.send({ kind: 'pulse', memoryBytes, suspects })
  }

  /** How much of a processor each flow that is late can have had, if none of them gives it back. */
  private shareOfLate(): number {
    const late = [...this.flows.values()].filter((host) => host.suspect !== undefined).length
    return Math.min(1, this.processors / Math.max(1, late))
  }

  /** Ends the flow that most likely took it: one that does not answer, or that with most heap. */
  private judgeMemory(nowMs: number, memoryBytes: number): void {
    const { processMemoryMb } = this.options.settings
    if (memoryBytes < processMemoryMb * 2 ** 20) return
    if (nowMs - this.memoryJudgedMs < memoryGraceMs) return
    const running = [...this.flows].filter(([, host]) => host.isRunning)
    const late = running.find(([, host]) => host.suspect !== undefined)
    const largest = running.toSorted(([, a], [, b]) => b.heapBytes - a.heapBytes)[0]
    const [flow, culprit] = late ?? largest ?? []
    if (flow === undefined || culprit === undefined) return
    this.memoryJudgedMs = nowMs
    const node = culprit.runningNode()
    void culprit.kill({ flow, cause: 'memory', node, detail: String(processMemoryMb) })
  }

  private onDoomed(end: FlowEnd): void {
    this.options.send({ kind: 'doomed', end })
    // The server kills this process on that word; should it be too busy, nothing is won by waiting.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500)
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof CommandRefused) return error.refusal
  return { code: 'ENGINE_FAILED', message: error instanceof Error ? error.message : String(error) }
}
